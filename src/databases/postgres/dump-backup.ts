import type { Snapshot } from '../../domain/migration/fidelity/snapshot.ts';
import { textOf } from '../../domain/migration/row.ts';
import { EnvironmentError } from '../../errors.ts';
import type { VerifiedBackup } from '../backup.ts';
import type { DatabaseContext, DatabasePorts } from '../database.ts';
import { runDumpTool, verifiedDump } from '../verified-dump.ts';
import { ephemeralServer } from './ephemeral.ts';
import { postgresInspector } from './inspect.ts';

const restored = 'fairway_restored';

/**
 * Dump a database with the `pg_dump` that is installed, load the dump into a server that is thrown away, and compare.
 *
 * Throws EnvironmentError `TOOL_MISSING`, `BACKUP_TOOL_OLD` (a dump by an older `pg_dump` is refused by the server),
 * `BACKUP_FAILED`, `BACKUP_NOT_VERIFIED`, `DISK_FULL`.
 */
export async function dump(
  url: string,
  to: string,
  context: DatabaseContext,
  ports: DatabasePorts,
): Promise<VerifiedBackup> {
  await refuseOldTool(url, ports);
  const env = connectionVariables(url);
  return await verifiedDump(
    to,
    {
      fileName: 'database.dump',
      look: async () => await look(url, ports),
      dump: async (path) => await runDumpTool(['pg_dump', '--format=custom', `--file=${path}`], env, ports),
      restored: async (path) => await restoreAside(path, context, ports),
    },
    ports,
  );
}

async function refuseOldTool(url: string, ports: DatabasePorts): Promise<void> {
  const { stdout } = await ports.exec.run({ argv: ['pg_dump', '--version'], timeoutMs: 10_000 });
  const tool = Number.parseInt(/(\d+)[.\w]*\s*(\(|$)/m.exec(stdout)?.[1] ?? '0', 10);
  const connection = await ports.sql.connect(url, { timeoutMs: 10_000, applicationName: 'fairway backup' });
  try {
    const [row] = await connection.query(`SELECT current_setting('server_version_num')::int / 10000 AS major`);
    const server = Number(textOf(row, 'major'));
    if (tool >= server) return;
    throw new EnvironmentError(
      'BACKUP_TOOL_OLD',
      `pg_dump is ${tool}, and the server is PostgreSQL ${server}: it would refuse`,
      {
        hint: `install the client programs of PostgreSQL ${server} (Debian: postgresql-client-${server})`,
      },
    );
  } finally {
    await connection.close();
  }
}

async function look(url: string, ports: DatabasePorts): Promise<Snapshot> {
  const connection = await ports.sql.connect(url, { timeoutMs: 10_000, applicationName: 'fairway backup' });
  try {
    await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await postgresInspector.snapshot(connection, '');
  } finally {
    await connection.close();
  }
}

async function restoreAside(path: string, context: DatabaseContext, ports: DatabasePorts): Promise<Snapshot> {
  const server = await ephemeralServer(context, ports);
  try {
    await server.create(restored);
    const url = server.url(restored, 'fairway');
    const options = ['--no-owner', '--no-acl', '--exit-on-error', `--dbname=${restored}`];
    await runDumpTool(['pg_restore', ...options, path], connectionVariables(url), ports);
    return await look(url, ports);
  } finally {
    await server.stop();
  }
}

/** A URL as the variables that PostgreSQL's own programs read. */
export function connectionVariables(url: string): Readonly<Record<string, string>> {
  const { hostname, port, username, password, pathname, searchParams } = new URL(
    url.replaceAll(/%(?![0-9A-Fa-f]{2})/g, '%25'),
  );
  const sslmode = searchParams.get('sslmode');
  return {
    PGHOST: searchParams.get('host') ?? decodeURIComponent(hostname),
    PGPORT: port === '' ? '5432' : port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
    ...(sslmode === null ? {} : { PGSSLMODE: sslmode }),
  };
}
