import { compareRestored } from '../../domain/migration/fidelity/compare-restored.ts';
import type { Snapshot } from '../../domain/migration/fidelity/snapshot.ts';
import { structureOf } from '../../domain/migration/evidence.ts';
import { textOf } from '../../domain/migration/row.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Argv, CommandResult } from '../../ports.ts';
import type { VerifiedBackup } from '../backup.ts';
import type { DatabaseContext, DatabasePorts } from '../database.ts';
import { ephemeralServer } from './ephemeral.ts';
import { postgresInspector } from './inspect.ts';

const dumpTimeoutMs = 6 * 3_600_000;
const restored = 'fairway_restored';

/**
 * Dump a database with the `pg_dump` that is installed, load the dump into a server that is thrown away, and compare.
 *
 * Throws EnvironmentError `TOOL_MISSING`, `BACKUP_TOOL_OLD` (a dump by an older `pg_dump` is refused by the server),
 * `BACKUP_FAILED`, `BACKUP_NOT_VERIFIED`.
 */
export async function dump(
  url: string,
  to: string,
  context: DatabaseContext,
  ports: DatabasePorts,
): Promise<VerifiedBackup> {
  const { clock, files } = ports;
  await refuseOldTool(url, ports);
  const begin = clock.monotonicMs();
  const takenAt = clock.now().toISOString();
  const path = `${to}/database.dump`;
  try {
    await files.makeDirectory(to, 0o700);
    const before = await look(url, ports);
    await succeed(['pg_dump', '--format=custom', `--file=${path}`], url, ports);
    const after = await look(url, ports);
    const dumped = clock.monotonicMs();
    const { differences, notCompared } = compareRestored(before, after, await restoreAside(path, context, ports));
    const [first] = differences;
    if (first !== undefined) {
      throw new EnvironmentError(
        'BACKUP_NOT_VERIFIED',
        `the dump does not hold what the database holds: ${first.text}`,
        {
          hint: 'see that the user may read every table; nothing was changed',
          facts: { differences },
        },
      );
    }
    return {
      path,
      takenAt,
      bytes: (await files.stat(path))?.size ?? 0,
      tables: after.contents.length,
      rows: after.contents.reduce((sum, { rows }) => sum + rows, 0),
      backupMs: dumped - begin,
      restoreMs: clock.monotonicMs() - dumped,
      notCompared,
    };
  } catch (error) {
    await files.remove(to);
    throw error;
  }
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

/** What a dump holds besides owners and rights, which belong to the server that it goes back to. */
async function look(url: string, ports: DatabasePorts): Promise<Snapshot> {
  const connection = await ports.sql.connect(url, { timeoutMs: 10_000, applicationName: 'fairway backup' });
  try {
    await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const snapshot = await postgresInspector.snapshot(connection, '');
    return { ...snapshot, schema: structureOf(snapshot.schema) };
  } finally {
    await connection.close();
  }
}

async function restoreAside(path: string, context: DatabaseContext, ports: DatabasePorts): Promise<Snapshot> {
  const server = await ephemeralServer(context, ports);
  try {
    await server.create(restored);
    const url = server.url(restored, 'fairway');
    const argv: Argv = ['pg_restore', '--no-owner', '--no-acl', '--exit-on-error', `--dbname=${restored}`, path];
    await succeed(argv, url, ports);
    return await look(url, ports);
  } finally {
    await server.stop();
  }
}

/** The URL goes by the environment, since everybody may read the arguments of a process. */
async function succeed(argv: Argv, url: string, ports: DatabasePorts): Promise<CommandResult> {
  const result = await ports.exec.run({ argv, env: connectionVariables(url), timeoutMs: dumpTimeoutMs });
  if (result.exitCode === 0) return result;
  const words = result.stderr.trim().split('\n').slice(-5).join('\n');
  throw new EnvironmentError('BACKUP_FAILED', `${argv[0]} failed:\n${words}`, { hint: 'nothing was changed' });
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
