import type { Snapshot } from '../../domain/migration/fidelity/snapshot.ts';
import { textOf } from '../../domain/migration/row.ts';
import { EnvironmentError } from '../../errors.ts';
import type { VerifiedBackup } from '../backup.ts';
import type { DatabaseContext, DatabasePorts } from '../database.ts';
import { runDumpTool, verifiedDump } from '../verified-dump.ts';
import { dumpEverything } from './copy-database.ts';
import { ephemeralMariadb } from './ephemeral.ts';
import { mariadbInspector } from './inspect.ts';

const restored = 'fairway_restored';

/**
 * Dump a database with the `mariadb-dump` that is installed, load the dump into a server that is thrown away, and
 * compare.
 *
 * Throws EnvironmentError `TOOL_MISSING`, `BACKUP_TOOL_OLD` (an older tool does not know what a newer server has),
 * `BACKUP_FAILED`, `BACKUP_NOT_VERIFIED`, `DISK_FULL`.
 */
export async function dumpMariadb(
  url: string,
  to: string,
  context: DatabaseContext,
  ports: DatabasePorts,
): Promise<VerifiedBackup> {
  await refuseOldTool(url, ports);
  const { options, env, database } = clientOf(url);
  return await verifiedDump(
    to,
    {
      fileName: 'database.sql',
      look: async () => await look(url, ports),
      dump: async (path) =>
        await runDumpTool(
          ['mariadb-dump', ...options, ...dumpEverything, `--result-file=${path}`, database],
          env,
          ports,
        ),
      restored: async (path) => await restoreAside(path, context, ports),
    },
    ports,
  );
}

/** Throws EnvironmentError `BACKUP_TOOL_OLD`, `TOOL_MISSING`. */
async function refuseOldTool(url: string, ports: DatabasePorts): Promise<void> {
  const { stdout } = await ports.exec.run({ argv: ['mariadb-dump', '--version'], timeoutMs: 10_000 });
  const tool = /(?:Distrib|from) (\d+\.\d+)/.exec(stdout)?.[1] ?? '0.0';
  const connection = await ports.sql.connect(url, { timeoutMs: 10_000, applicationName: 'fairway backup' });
  try {
    const [row] = await connection.query('SELECT VERSION() AS version');
    const server = /^(?:5\.5\.5-)?(\d+\.\d+)/.exec(textOf(row, 'version'))?.[1] ?? '0.0';
    if (order(tool) >= order(server)) return;
    throw new EnvironmentError(
      'BACKUP_TOOL_OLD',
      `mariadb-dump is ${tool}, and the server is MariaDB ${server}: it may leave out what it does not know`,
      { hint: `install the client programs of MariaDB ${server}, or give "migrations.backup: { command: ... }"` },
    );
  } finally {
    await connection.close();
  }
}

function order(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1_000 + minor;
}

async function look(url: string, ports: DatabasePorts): Promise<Snapshot> {
  const connection = await ports.sql.connect(url, { timeoutMs: 10_000, applicationName: 'fairway backup' });
  try {
    await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    return await mariadbInspector.snapshot(connection, '');
  } finally {
    await connection.close();
  }
}

async function restoreAside(path: string, context: DatabaseContext, ports: DatabasePorts): Promise<Snapshot> {
  const server = await ephemeralMariadb(context, ports);
  try {
    await server.create(restored);
    const url = server.url(restored, 'fairway');
    const { options, env, database } = clientOf(url);
    const load = ['--default-character-set=utf8mb4', `--execute=source ${path}`, database];
    await runDumpTool(['mariadb', ...options, '--abort-source-on-error', ...load], env, ports);
    return await look(url, ports);
  } finally {
    await server.stop();
  }
}

/** A URL as the options of MariaDB's programs; the password goes by the environment. */
export function clientOf(url: string): {
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly database: string;
} {
  const { hostname, port, username, password, pathname, searchParams } = new URL(
    url.replaceAll(/%(?![0-9A-Fa-f]{2})/g, '%25').replace(/^\w+:/, 'http:'),
  );
  return {
    options: [
      '--no-defaults',
      '--protocol=tcp',
      `--host=${decodeURIComponent(hostname).replace(/^\[|\]$/g, '')}`,
      `--port=${port === '' ? '3306' : port}`,
      `--user=${decodeURIComponent(username)}`,
      ...(searchParams.get('ssl') === 'true' ? ['--ssl'] : []),
    ],
    env: { MYSQL_PWD: decodeURIComponent(password) },
    database: decodeURIComponent(pathname.slice(1)),
  };
}
