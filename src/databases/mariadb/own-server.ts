import type { ProcessIdentity } from '../../ports.ts';
import type { DatabaseContext, DatabasePorts } from '../database.ts';
import { EnvironmentError } from '../../errors.ts';
import { copyData, give, ids } from '../postgres/home.ts';
import { isReachable } from '../postgres/programs.ts';
import { abandoned, temporaryName } from '../postgres/temporary.ts';
import { administrator, withoutRoot } from './accounts.ts';
import { mariadbPrograms } from './programs.ts';
import { type MariadbHome, mariadbTrouble, mariadbUrl, quoteMariadb, startMariadb } from './server.ts';
import { mariadbTemplate } from './template.ts';

/** Written once, when the database is made. */
export interface OwnServer {
  readonly version: string;
  readonly administrator: string;
  readonly owner: string;
}

export const ownerUser = 'app';

const settings = ['--innodb-buffer-pool-size=64M', '--innodb-log-file-size=16M', '--max-connections=200'];

/** Make the data directory unless there is one: beside, and shown by one rename. */
export async function makeOwn(directory: string, context: DatabaseContext, ports: DatabasePorts): Promise<void> {
  const { files } = ports;
  if (await files.exists(directory)) return;
  const shelf = directory.slice(0, directory.lastIndexOf('/'));
  const temporary = `${shelf}/${temporaryName(ports)}`;
  try {
    const programs = await mariadbPrograms(ports);
    await files.makeDirectory(shelf, 0o700);
    for (const left of await abandoned(shelf, ports)) await files.remove(`${shelf}/${left.name}`);
    const source = await mariadbTemplate(programs, context.cacheDirectory, ports);
    await files.makeDirectory(temporary, 0o755);
    await copyData(source, `${temporary}/data`, ports);
    const own: OwnServer = { version: programs.version, administrator: ports.random(24), owner: ports.random(24) };
    await files.writeAtomic(`${temporary}/own.json`, JSON.stringify(own), 0o600);
    await files.writeAtomic(`${temporary}/data/init.sql`, `${firstStatements(own, context.app).join('\n')}\n`, 0o600);
    await files.rename(temporary, directory);
  } catch (error) {
    await files.remove(temporary);
    if (await files.exists(directory)) return;
    throw error instanceof EnvironmentError
      ? error
      : mariadbTrouble('making the database', String(error), shelf, error);
  }
}

/** Run at each start before anybody can connect: a start that was killed needs nothing else to be mended. */
function firstStatements(own: OwnServer, database: string): readonly string[] {
  const name = quoteMariadb(database);
  return [
    `CREATE USER IF NOT EXISTS ${administrator}@'127.0.0.1' IDENTIFIED BY '${own.administrator}';`,
    `GRANT ALL ON *.* TO ${administrator}@'127.0.0.1' WITH GRANT OPTION;`,
    `CREATE USER IF NOT EXISTS ${ownerUser}@'127.0.0.1' IDENTIFIED BY '${own.owner}';`,
    `CREATE DATABASE IF NOT EXISTS ${name};`,
    `GRANT ALL ON ${name.replaceAll('_', String.raw`\_`)}.* TO ${ownerUser}@'127.0.0.1';`,
    // To name who is in the way of a migration.
    `GRANT PROCESS ON *.* TO ${ownerUser}@'127.0.0.1';`,
    ...withoutRoot,
  ];
}

/** Start the server; `process.json` says which one it is in the moment in which it exists. The port is kept. */
export async function startOwn(directory: string, ports: DatabasePorts): Promise<void> {
  const programs = await mariadbPrograms(ports);
  const own = await readOwn(directory, ports);
  refuseOlder(own.version, programs.version, directory);
  // As root the server runs as another user where he can get to its files, and as root where he cannot.
  const isPassable = ports.host.runAs === null || (await isReachable(directory, ports));
  const home: MariadbHome = { directory, programs, ids: isPassable ? ids(ports) : {} };
  if (isPassable) await give(`${directory}/data`, ports);
  const known = await portOf(directory, ports);
  const port = known !== null && !(await ports.ports.isTaken(known)) ? known : await ports.ports.free();
  await ports.files.writeAtomic(`${directory}/port.json`, JSON.stringify(port), 0o600);
  const started = await startMariadb(
    home,
    {
      port,
      settings,
      user: administrator,
      password: own.administrator,
      initFile: `${directory}/data/init.sql`,
      identityFile: `${directory}/process.json`,
      onStarted: async () => undefined,
    },
    ports,
  );
  await started.connection.close();
}

function refuseOlder(made: string, brought: string, directory: string): void {
  const order = (version: string): number => {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    return major * 1_000 + minor;
  };
  if (order(brought) >= order(made)) return;
  throw new EnvironmentError(
    'DATABASE_VERSION',
    `the database in ${directory} was made by MariaDB ${made}, and ${brought} is installed, which cannot read it`,
    { hint: `install MariaDB ${made} or later` },
  );
}

/** The process of the server; null when it does not run. */
export async function ownProcess(directory: string, ports: DatabasePorts): Promise<ProcessIdentity | null> {
  const text = await ports.files.readText(`${directory}/process.json`).catch(() => '');
  if (text === '') return null;
  const process = JSON.parse(text) as ProcessIdentity;
  return ports.daemons.isAlive(process) ? process : null;
}

export async function readOwn(directory: string, ports: Pick<DatabasePorts, 'files'>): Promise<OwnServer> {
  return JSON.parse(await ports.files.readText(`${directory}/own.json`)) as OwnServer;
}

async function portOf(directory: string, ports: Pick<DatabasePorts, 'files'>): Promise<number | null> {
  const path = `${directory}/port.json`;
  return (await ports.files.exists(path)) ? (JSON.parse(await ports.files.readText(path)) as number) : null;
}

/** URL of a database of the server, as its owner or as who may see everything; null before its first start. */
export async function ownUrl(
  directory: string,
  database: string,
  ports: Pick<DatabasePorts, 'files'>,
  user: 'owner' | 'administrator' = 'owner',
): Promise<string | null> {
  const port = await portOf(directory, ports);
  if (port === null) return null;
  const { [user]: password } = await readOwn(directory, ports);
  return mariadbUrl({ port, user: user === 'owner' ? ownerUser : administrator, password, database });
}
