import { ConfigError, EnvironmentError } from '../../errors.ts';
import type { SqlConnection } from '../../ports.ts';
import type { DatabasePorts, EphemeralServer } from '../database.ts';
import { ownerRole } from './home.ts';
import { holdsMessage, recordedQueries, refusedQueries } from './log.ts';
import { quoteName } from './server.ts';

const connectTimeoutMs = 10_000;
const logTimeoutMs = 10_000;

/**
 * A server that somebody else started and that may be thrown away, such as a service of an engine of containers.
 *
 * For one run at a time: databases and their owner have the same names in each. Its log is read over SQL. Throws ConfigError `THROW_AWAY_UNFIT` when we are not its superuser or it writes no log
 * that can be read.
 */
export async function givenServer(url: string, ports: DatabasePorts): Promise<EphemeralServer> {
  const connection = await ports.sql.connect(url, { timeoutMs: connectTimeoutMs, applicationName: 'fairway' });
  try {
    const { version, logFile } = await fitness(connection);
    const owner = ports.random(24);
    await connection.query(`DROP ROLE IF EXISTS ${ownerRole}`).catch(() => undefined);
    await connection.query(
      `DO $$ BEGIN CREATE ROLE ${ownerRole} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
    );
    await connection.query(`ALTER ROLE ${ownerRole} PASSWORD '${owner}'`);
    return open(url, owner, { connection, version, logFile }, ports);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

interface Opened {
  readonly connection: SqlConnection;
  readonly version: string;
  readonly logFile: string;
}

function open(
  url: string,
  owner: string,
  { connection, version, logFile }: Opened,
  ports: DatabasePorts,
): EphemeralServer {
  const made = new Set<string>();
  const drop = async (database: string): Promise<void> => {
    await connection.query(`DROP DATABASE IF EXISTS ${quoteName(database)} WITH (FORCE)`);
    made.delete(database);
  };
  const logFrom = async (since: number): Promise<Uint8Array> => {
    const line = `fairway-mark-${ports.random(8)}`;
    await connection.query(`DO $$ BEGIN RAISE LOG '${line}'; END $$`);
    const deadline = ports.clock.monotonicMs() + logTimeoutMs;
    for (;;) {
      const [row] = await connection.query(
        'SELECT pg_read_binary_file($1, $2, greatest((pg_stat_file($1)).size - $2, 0)) AS log',
        [logFile, since],
      );
      const bytes = row?.['log'] instanceof Uint8Array ? row['log'] : new Uint8Array();
      if (holdsMessage(new TextDecoder().decode(bytes), line)) return bytes;
      if (ports.clock.monotonicMs() > deadline) {
        throw new EnvironmentError('POSTGRES_FAILED', `the log of the throw-away server stands still: ${logFile}`);
      }
      await ports.clock.sleep(20);
    }
  };
  return {
    version,
    url(database, applicationName, role = 'superuser') {
      const address = new URL(url);
      address.pathname = `/${encodeURIComponent(database)}`;
      address.searchParams.set('application_name', applicationName);
      if (role === 'owner') Object.assign(address, { username: ownerRole, password: owner });
      return address.href;
    },
    async create(database, template) {
      // What a run that was killed left has the same name.
      await drop(database);
      const copy = template === undefined ? '' : ` TEMPLATE ${quoteName(template)}`;
      await connection.query(`CREATE DATABASE ${quoteName(database)} OWNER ${ownerRole}${copy}`);
      made.add(database);
    },
    drop,
    mark: async () => {
      const [row] = await connection.query('SELECT (pg_stat_file($1)).size AS size', [logFile]);
      return Number(row?.['size']);
    },
    async record(database) {
      await connection.query(`ALTER DATABASE ${quoteName(database)} SET log_statement = 'all'`);
    },
    recordedQueries: async (since) => recordedQueries(new TextDecoder().decode(await logFrom(since))),
    failedQueries: async (since) => refusedQueries(new TextDecoder().decode(await logFrom(since))),
    async stop() {
      try {
        for (const database of made) await drop(database);
      } finally {
        await connection.close();
      }
    },
  };
}

async function fitness(connection: SqlConnection): Promise<Omit<Opened, 'connection'>> {
  const [row] = await connection.query(
    `SELECT current_setting('server_version') AS version, current_setting('is_superuser') AS superuser,
            current_setting('server_version_num')::int >= 150000 AS jsonlog`,
  );
  const unfit = (why: string, hint: string): ConfigError =>
    new ConfigError('THROW_AWAY_UNFIT', `the throw-away server cannot be used: ${why}`, { hint });
  if (row?.['superuser'] !== 'on') throw unfit('we are not its superuser', 'Give the URL of its administrator.');
  if (row['jsonlog'] !== true) throw unfit(`it is ${String(row['version'])}`, 'Give one of PostgreSQL 15 or later.');
  const [log] = await connection.query(`SELECT pg_current_logfile('jsonlog') AS file`);
  const logFile = log?.['file'];
  if (typeof logFile !== 'string') {
    throw unfit(
      'it writes no log of what it refuses',
      'Start it with -c logging_collector=on -c log_destination=jsonlog.',
    );
  }
  return { version: String(row['version']).split(' ')[0] ?? '', logFile };
}
