import { EnvironmentError } from '../../errors.ts';
import type { ProcessIdentity, SqlConnection } from '../../ports.ts';
import type { DatabaseContext, DatabasePorts } from '../database.ts';
import type { ThrowAwayServer } from '../observe/throw-away-server.ts';
import { give, ids } from '../postgres/home.ts';
import { abandoned, temporaryName } from '../postgres/temporary.ts';
import { mariadbPrograms, type MariadbPrograms } from './programs.ts';

const user = 'fairway';
/** As root the server runs as another user, who cannot pass a home of 0700, and MariaDB insists on real paths. */
const sharedCache = '/var/cache/fairway';
const readyTimeoutMs = 30_000;

/** Small and careless: the data is worth nothing. */
const settings = [
  '--bind-address=127.0.0.1',
  '--skip-name-resolve',
  '--skip-log-bin',
  '--innodb-buffer-pool-size=64M',
  '--innodb-log-file-size=4M',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=0',
  '--aria-log-file-size=8M',
  '--performance-schema=0',
  '--character-set-server=utf8mb4',
  '--default-time-zone=+00:00',
  '--max-connections=64',
];

/** A MariaDB server of our own in the cache directory that lasts as long as this process; others are ended first. */
export async function ephemeralMariadb(context: DatabaseContext, ports: DatabasePorts): Promise<ThrowAwayServer> {
  const programs = await mariadbPrograms(ports);
  const cache = ports.host.runAs === null ? context.cacheDirectory : sharedCache;
  const shelf = await folder(`${cache}/mariadb/servers`, ports);
  await endAbandoned(shelf, ports);
  const source = await initialised(programs, await folder(`${cache}/mariadb/templates`, ports), ports);
  const home = `${shelf}/${temporaryName(ports)}`;
  try {
    await ports.files.makeDirectory(home, 0o755);
    await ports.files.copyTree(source, `${home}/data`);
    return await start(programs, home, ports);
  } catch (error) {
    await ports.files.remove(home);
    throw error;
  }
}

async function folder(path: string, ports: DatabasePorts): Promise<string> {
  const parents = [path.slice(0, path.lastIndexOf('/')), path];
  for (const one of parents) await ports.files.makeDirectory(one, 0o755);
  return path;
}

/** The initialised data directory for this version, made once; it appears by one rename. */
async function initialised(programs: MariadbPrograms, shelf: string, ports: DatabasePorts): Promise<string> {
  const done = `${shelf}/${programs.version}-1`;
  if (await ports.files.exists(done)) return done;
  const temporary = `${shelf}/${temporaryName(ports)}`;
  for (const left of await abandoned(shelf, ports)) await ports.files.remove(`${shelf}/${left.name}`);
  await ports.files.makeDirectory(temporary, 0o700);
  await give(temporary, ports);
  const result = await ports.exec.run({
    argv: [
      programs.install,
      '--no-defaults',
      `--datadir=${temporary}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
      '--innodb-log-file-size=4M',
      '--aria-log-file-size=8M',
    ],
    cwd: temporary,
    timeoutMs: 120_000,
    ...ids(ports),
  });
  if (result.exitCode !== 0) {
    await ports.files.remove(temporary);
    throw failed(`initialising MariaDB ${programs.version}`, result.stderr || result.stdout, shelf);
  }
  // Another client may have been faster; then its directory is as good as ours.
  await ports.files.rename(temporary, done).catch(async () => await ports.files.remove(temporary));
  return done;
}

async function start(programs: MariadbPrograms, home: string, ports: DatabasePorts): Promise<ThrowAwayServer> {
  const data = `${home}/data`;
  const password = ports.random(24);
  // Runs before anybody can connect, so that there is never a server without a password.
  const accounts = [
    `CREATE USER ${user}@'127.0.0.1' IDENTIFIED BY '${password}';`,
    `GRANT ALL ON *.* TO ${user}@'127.0.0.1' WITH GRANT OPTION;`,
    `DROP USER IF EXISTS root@localhost, root@'127.0.0.1', root@'::1';`,
  ];
  await ports.files.writeAtomic(`${data}/accounts.sql`, `${accounts.join('\n')}\n`, 0o600);
  await give(data, ports);
  const port = await ports.ports.free();
  const process = await ports.daemons.start({
    argv: [
      programs.server,
      '--no-defaults',
      `--datadir=${data}`,
      `--init-file=${data}/accounts.sql`,
      '--socket=server.sock',
      '--pid-file=server.pid',
      `--port=${port}`,
      ...settings,
    ],
    cwd: data,
    env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin:/usr/sbin:/sbin' },
    logFile: `${home}/server.out`,
    ...ids(ports),
  });
  const url = (database: string): string => `mariadb://${user}:${password}@127.0.0.1:${port}/${database}`;
  try {
    await ports.files.writeAtomic(`${home}/process.json`, JSON.stringify(process), 0o600);
    const connection = await answer(url(''), process, home, ports);
    await ports.files.remove(`${data}/accounts.sql`);
    return server(programs.version, url, connection, async () => {
      await connection.close();
      await ports.daemons.stop(process, 2_000);
      await ports.files.remove(home);
    });
  } catch (error) {
    await ports.daemons.stop(process, 2_000);
    throw error;
  }
}

function server(
  version: string,
  url: (database: string) => string,
  connection: SqlConnection,
  stop: () => Promise<void>,
): ThrowAwayServer {
  return {
    version,
    url,
    async create(database, template) {
      if (template !== undefined) throw new EnvironmentError('MARIADB_NO_TEMPLATES', 'MariaDB cannot copy a database');
      await connection.query(`CREATE DATABASE \`${database}\``);
    },
    async drop(database) {
      await connection.query(`DROP DATABASE IF EXISTS \`${database}\``);
    },
    stop,
  };
}

async function answer(
  url: string,
  process: ProcessIdentity,
  home: string,
  ports: DatabasePorts,
): Promise<SqlConnection> {
  const deadline = ports.clock.monotonicMs() + readyTimeoutMs;
  for (;;) {
    try {
      return await ports.sql.connect(url, { timeoutMs: 2_000, applicationName: 'fairway' });
    } catch (error) {
      if (!ports.daemons.isAlive(process) || ports.clock.monotonicMs() > deadline) {
        const words = await ports.files.readText(`${home}/server.out`).catch(() => '');
        throw failed('starting MariaDB', words, home, error);
      }
      await ports.clock.sleep(20);
    }
  }
}

function failed(doing: string, output: string, path: string, cause?: unknown): EnvironmentError {
  if (/No space left on device|Errcode: 28/.test(output)) {
    return new EnvironmentError('DISK_FULL', `no space left for a MariaDB server below ${path}`, { cause });
  }
  const lines = output.trim().split('\n');
  const telling = lines.filter((line) => /ERROR|error/.test(line));
  return new EnvironmentError(
    'MARIADB_FAILED',
    `${doing} failed:\n${(telling.length > 0 ? telling : lines).slice(-5).join('\n')}`,
    {
      hint: `look at ${path}`,
      cause,
    },
  );
}

/** End what dead processes left, and remove it. */
async function endAbandoned(shelf: string, ports: DatabasePorts): Promise<void> {
  for (const { name } of await abandoned(shelf, ports)) {
    const text = await ports.files.readText(`${shelf}/${name}/process.json`).catch(() => null);
    if (text !== null) await ports.daemons.stop(JSON.parse(text) as ProcessIdentity, 2_000);
    await ports.files.remove(`${shelf}/${name}`);
  }
}
