import { compareRestored } from '../../domain/migration/fidelity/compare-restored.ts';
import type { Snapshot } from '../../domain/migration/fidelity/snapshot.ts';
import { textOf } from '../../domain/migration/row.ts';
import { EnvironmentError } from '../../errors.ts';
import type { SqlConnection } from '../../ports.ts';
import type { VerifiedBackup } from '../backup.ts';
import type { DatabaseContext, DatabasePorts } from '../database.ts';
import { administrator, give } from './home.ts';
import { postgresInspector } from './inspect.ts';
import { postgresShelf } from './programs.ts';
import { type Home, serverUrl, startServer, stopServer } from './server.ts';
import { temporaryName } from './temporary.ts';
import { trouble } from './trouble.ts';

/** A running server of ours, as its administrator reaches it. */
export interface BackupSource extends Home {
  readonly port: number;
  readonly password: string;
  readonly database: string;
}

/**
 * Copy the data directory of a running server, which goes on serving, and see that a server that is started on the
 * copy holds the same.
 *
 * Throws EnvironmentError `BACKUP_FAILED`, `BACKUP_NOT_VERIFIED`, `DISK_FULL`; an unverified copy does not stay.
 */
export async function backUp(
  source: BackupSource,
  to: string,
  context: DatabaseContext,
  ports: DatabasePorts,
): Promise<VerifiedBackup> {
  const { clock, files } = ports;
  try {
    const begin = clock.monotonicMs();
    const takenAt = clock.now().toISOString();
    const before = await look(source, ports);
    await copy(source, to, ports);
    const copied = clock.monotonicMs();
    const [after, restored, bytes] = await Promise.all([
      look(source, ports),
      restoreAside(source, to, context, ports),
      sizeOf(`${to}/data`, ports),
    ]);
    const { differences, notCompared } = compareRestored(before, after, restored);
    const [first] = differences;
    if (first !== undefined) {
      throw new EnvironmentError(
        'BACKUP_NOT_VERIFIED',
        `the backup does not hold what the database holds: ${first.text}`,
        {
          hint: 'nothing was changed; run the command again, and look at the disk when it happens again',
          facts: { differences },
        },
      );
    }
    return {
      path: to,
      takenAt,
      bytes,
      tables: after.contents.length,
      rows: after.contents.reduce((sum, { rows }) => sum + rows, 0),
      backupMs: copied - begin,
      restoreMs: clock.monotonicMs() - copied,
      notCompared,
    };
  } catch (error) {
    await files.remove(to);
    throw trouble('the backup', to, error);
  }
}

async function connect(source: BackupSource, database: string, ports: DatabasePorts): Promise<SqlConnection> {
  const url = serverUrl({ ...source, user: administrator, database });
  return await ports.sql.connect(url, { timeoutMs: 10_000, applicationName: 'fairway backup' });
}

async function look(source: BackupSource, ports: DatabasePorts): Promise<Snapshot> {
  const connection = await connect(source, source.database, ports);
  try {
    await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await postgresInspector.snapshot(connection, '');
  } finally {
    await connection.close();
  }
}

const attempts = 3;

/** Files may come and go while they are copied; between start and stop of a backup the server's log makes up for it. */
async function copy(source: BackupSource, to: string, ports: DatabasePorts): Promise<void> {
  const { files } = ports;
  const connection = await connect(source, 'postgres', ports);
  try {
    for (let attempt = 1; ; attempt += 1) {
      await files.remove(to);
      await files.makeDirectory(to, 0o700);
      await connection.query("SELECT pg_backup_start('fairway', true)");
      const failure = await files.copyTree(`${source.directory}/data`, `${to}/data`).then(
        () => null,
        (error: unknown) => error,
      );
      const [stopped] = await connection.query('SELECT labelfile FROM pg_backup_stop(false)');
      if (failure === null) {
        await finish(source, to, textOf(stopped, 'labelfile'), ports);
        return;
      }
      if (attempt === attempts || (failure as { code?: string }).code !== 'ENOENT') throw failure;
    }
  } finally {
    await connection.close();
  }
}

/** What the server wrote to its log until the backup ended is part of the backup; its pid file is not. */
async function finish(source: BackupSource, to: string, label: string, { files }: DatabasePorts): Promise<void> {
  await files.remove(`${to}/data/pg_wal`);
  await files.copyTree(`${source.directory}/data/pg_wal`, `${to}/data/pg_wal`);
  for (const name of ['postmaster.pid', 'postmaster.opts']) await files.remove(`${to}/data/${name}`);
  await files.writeAtomic(`${to}/data/backup_label`, label, 0o600);
}

/** Start a server on a copy of the copy, since a server writes to what it is started on. */
async function restoreAside(
  source: BackupSource,
  from: string,
  context: DatabaseContext,
  ports: DatabasePorts,
): Promise<Snapshot> {
  const { directory, mode } = await postgresShelf(context.cacheDirectory, source.programs, ports);
  const shelf = `${directory}/servers`;
  const home: Home = { directory: `${shelf}/${temporaryName(ports)}`, programs: source.programs };
  try {
    await ports.files.makeDirectory(home.directory, mode);
    await ports.files.copyTree(`${from}/data`, `${home.directory}/data`);
    await give(`${home.directory}/data`, ports);
    const port = await ports.ports.free();
    const onStarted = async (process: unknown): Promise<void> => {
      await ports.files.writeAtomic(`${home.directory}/process.json`, JSON.stringify(process), 0o600);
    };
    const settings = { fsync: 'off', shared_buffers: '64MB', max_connections: '200' };
    const server = await startServer(home, { port, password: source.password, settings, onStarted }, ports);
    await server.connection.close();
    try {
      return await look({ ...source, ...home, port }, ports);
    } finally {
      await stopServer(home, server.process, 'immediate', ports);
    }
  } finally {
    await ports.files.remove(home.directory);
  }
}

async function sizeOf(directory: string, { files }: Pick<DatabasePorts, 'files'>): Promise<number> {
  let bytes = 0;
  for (const name of await files.list(directory)) {
    const stat = await files.stat(`${directory}/${name}`);
    bytes += stat?.kind === 'directory' ? await sizeOf(`${directory}/${name}`, { files }) : (stat?.size ?? 0);
  }
  return bytes;
}
