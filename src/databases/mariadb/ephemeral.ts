import { textOf } from '../../domain/migration/row.ts';
import { EnvironmentError } from '../../errors.ts';
import type { ProcessIdentity, SqlConnection } from '../../ports.ts';
import type { DatabaseContext, DatabasePorts, EphemeralServer } from '../database.ts';
import { copyData, give, ids } from '../postgres/home.ts';
import { abandoned, temporaryName } from '../postgres/temporary.ts';
import { type Accounts, accountsWith, administrator } from './accounts.ts';
import { copyDatabase } from './copy-database.ts';
import { recordedByMariadb, refusedByMariadb } from './log.ts';
import { mariadbPrograms } from './programs.ts';
import { type MariadbHome, mariadbUrl, quoteMariadb, startMariadb, type StartedMariadb } from './server.ts';
import { mariadbShelf, mariadbTemplate, openFolder } from './template.ts';

/** Small and careless: the data is worth nothing. Refused queries go to a file, recorded ones to a table. */
const settings = [
  '--innodb-buffer-pool-size=64M',
  '--innodb-log-file-size=4M',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=0',
  '--aria-log-file-size=8M',
  '--max-connections=64',
  '--log-output=TABLE',
  '--plugin-load-add=sql_errlog',
  '--loose-sql-error-log-filename=refused.log',
  '--loose-sql-error-log-warnings=OFF',
  '--loose-sql-error-log-with-db-and-thread-info=ON',
  '--loose-sql-error-log-size-limit=9223372036854775807',
];

/** A MariaDB server of our own in the cache directory that lasts as long as this process; others are ended first. */
export async function ephemeralMariadb(context: DatabaseContext, ports: DatabasePorts): Promise<EphemeralServer> {
  const programs = await mariadbPrograms(ports);
  const shelf = await openFolder(`${mariadbShelf(context.cacheDirectory, ports)}/servers`, ports);
  await endAbandoned(shelf, ports);
  const source = await mariadbTemplate(programs, context.cacheDirectory, ports);
  const home: MariadbHome = { directory: `${shelf}/${temporaryName(ports)}`, programs, ids: ids(ports) };
  const password = ports.random(24);
  const accounts = accountsWith(password);
  try {
    await ports.files.makeDirectory(home.directory, 0o755);
    await copyData(source, `${home.directory}/data`, ports);
    return open(home, await start(home, password, accounts, ports), password, accounts, ports);
  } catch (error) {
    await ports.files.remove(home.directory);
    throw error;
  }
}

async function start(
  home: MariadbHome,
  password: string,
  accounts: Accounts,
  ports: DatabasePorts,
): Promise<StartedMariadb> {
  const initFile = `${home.directory}/data/accounts.sql`;
  await ports.files.writeAtomic(initFile, `${accounts.statements.join('\n')}\n`, 0o600);
  await give(initFile, ports);
  const onStarted = async (process: ProcessIdentity): Promise<void> => {
    await ports.files.writeAtomic(`${home.directory}/process.json`, JSON.stringify(process), 0o600);
  };
  const port = await ports.ports.free();
  const started = await startMariadb(
    home,
    { port, settings, user: administrator, password, initFile, onStarted },
    ports,
  );
  await ports.files.remove(initFile);
  return started;
}

function open(
  home: MariadbHome,
  { connection, port, process }: StartedMariadb,
  password: string,
  accounts: Accounts,
  ports: DatabasePorts,
): EphemeralServer {
  const { applicationOf } = accounts;
  const recorded = new Set<string>();
  /** What a mark stands for: a place in one log, and a moment in the other. */
  const marks: { readonly bytes: number; readonly moment: string }[] = [];
  const refusedLog = async (): Promise<Uint8Array> => {
    const file = `${home.directory}/data/refused.log`;
    if (await ports.files.exists(file)) return await ports.files.readBytes(file);
    throw new EnvironmentError(
      'MARIADB_FAILED',
      'this MariaDB does not log refused queries: its plug-in sql_errlog is missing',
      {
        hint: 'install it (Debian: it comes with mariadb-server)',
      },
    );
  };
  return {
    version: home.programs.version,
    url: (database, applicationName, role = 'superuser') =>
      mariadbUrl({ port, user: accounts.userOf(applicationName, role), password, database }),
    async create(database, template) {
      const name = quoteMariadb(database);
      await connection.query(`CREATE DATABASE ${name}`);
      const to = accounts.owners.map((owner) => `${owner}@'127.0.0.1'`).join(', ');
      await connection.query(`GRANT ALL ON ${name.replaceAll('_', String.raw`\_`)}.* TO ${to}`);
      if (template === undefined) return;
      const server = { directory: home.directory, port, user: administrator, password };
      await copyDatabase(template, database, server, ports);
      await copyRights(template, database, connection);
    },
    async drop(database) {
      await connection.query(`DROP DATABASE IF EXISTS ${quoteMariadb(database)}`);
    },
    async mark() {
      const [row] = await connection.query('SELECT CAST(SYSDATE(6) AS CHAR) AS moment');
      return marks.push({ bytes: (await refusedLog()).length, moment: textOf(row, 'moment') }) - 1;
    },
    failedQueries: async (since) =>
      refusedByMariadb(
        new TextDecoder().decode((await refusedLog()).subarray(marks[since]?.bytes ?? 0)),
        applicationOf,
      ),
    async record(database) {
      recorded.add(database);
      await connection.query('SET GLOBAL general_log = ON');
    },
    async recordedQueries(since) {
      const rows = await connection.query(
        `SELECT CAST(thread_id AS CHAR) AS thread, command_type AS command, user_host AS user,
                CONVERT(argument USING utf8mb4) AS query
         FROM mysql.general_log WHERE event_time >= ?`,
        [marks[since]?.moment ?? '2000-01-01'],
      );
      return recordedByMariadb(rows, recorded, applicationOf);
    },
    async stop() {
      await connection.close();
      await ports.daemons.stop(process, 2_000);
      await ports.files.remove(home.directory);
    },
  };
}

/** Rights on single tables, columns and routines, which a dump of the database leaves behind. */
async function copyRights(from: string, to: string, connection: SqlConnection): Promise<void> {
  let found = 0;
  for (const table of ['tables_priv', 'columns_priv', 'procs_priv']) {
    const rows = await connection.query(
      `SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS
       WHERE TABLE_SCHEMA = 'mysql' AND TABLE_NAME = ? AND COLUMN_NAME <> 'Db'`,
      [table],
    );
    const [count] = await connection.query(`SELECT COUNT(*) AS found FROM mysql.${table} WHERE Db = ?`, [from]);
    if (Number(textOf(count, 'found')) === 0) continue;
    found += 1;
    const columns = rows.map((row) => quoteMariadb(textOf(row, 'name'))).join(', ');
    await connection.query(`DELETE FROM mysql.${table} WHERE Db = ?`, [to]);
    await connection.query(
      `INSERT INTO mysql.${table} (Db, ${columns}) SELECT ?, ${columns} FROM mysql.${table} WHERE Db = ?`,
      [to, from],
    );
  }
  if (found > 0) await connection.query('FLUSH PRIVILEGES');
}

/** End what dead processes left, and remove it. */
async function endAbandoned(shelf: string, ports: DatabasePorts): Promise<void> {
  for (const { name } of await abandoned(shelf, ports)) {
    const text = await ports.files.readText(`${shelf}/${name}/process.json`).catch(() => null);
    if (text !== null) await ports.daemons.stop(JSON.parse(text) as ProcessIdentity, 2_000);
    await ports.files.remove(`${shelf}/${name}`);
  }
}
