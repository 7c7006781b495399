import { EnvironmentError } from '../../errors.ts';
import type { ProcessIdentity, ServerPrograms } from '../../ports.ts';
import type { DatabaseContext, DatabasePorts, EnvironmentDatabase } from '../database.ts';
import { backUp } from './embedded-backup.ts';
import { administrator, copyData, needsWayIn, ownerRole } from './home.ts';
import { isReachable, reachablePrograms } from './programs.ts';
import { type Home, quoteName, serverUrl, startServer, stopByPidFile, stopServer } from './server.ts';
import { abandoned, temporaryName } from './temporary.ts';
import { template } from './template.ts';
import { trouble } from './trouble.ts';

/** Written once, when the database is made. */
interface Credentials {
  readonly administrator: string;
  readonly owner: string;
}

/** The running server; `process` null when it was stopped. The port is kept: releases know it. */
interface Running {
  readonly port: number;
  readonly process: ProcessIdentity | null;
}

const settings = {
  shared_buffers: '64MB',
  max_connections: '200',
  logging_collector: 'on',
  log_directory: 'log',
  log_filename: 'server-%a.log',
  log_truncate_on_rotation: 'on',
  log_rotation_age: '1d',
};

/** How long another client may take to start the server that we want too, before it counts as dead. */
const otherStartMs = 15_000;

/** A server of the environment's own below the state directory; it outlives the client, and its data outlives it. */
export function embeddedEnvironment(context: DatabaseContext, ports: DatabasePorts): EnvironmentDatabase {
  const shelf = `${context.stateDirectory}/databases`;
  const directory = `${shelf}/${context.app}-${context.environment}`;
  const { files } = ports;

  const find = async (): Promise<{ readonly url: string } | null> => {
    const running = await readRunning(directory, ports);
    const process = running?.process ?? null;
    if (running === null || process === null || !ports.daemons.isAlive(process)) return null;
    const { owner } = await readJson<Credentials>(`${directory}/credentials.json`, ports);
    return { url: serverUrl({ port: running.port, user: ownerRole, password: owner, database: context.app }) };
  };

  const ensure = async (): Promise<{ readonly url: string }> => {
    const found = await find();
    if (found !== null) return found;
    const programs = await reachablePrograms(context.cacheDirectory, ports);
    if (!(await files.exists(directory))) await make(programs, shelf, directory, context, ports);
    return await startOnce({ directory, programs }, find, ports);
  };

  return {
    find,
    ensure,
    wake: async () => ((await files.exists(directory)) ? await ensure() : null),
    async backup(to) {
      await ensure();
      const running = await readRunning(directory, ports);
      if (running === null) throw new EnvironmentError('BACKUP_FAILED', `no database below ${directory} runs`);
      const programs = await reachablePrograms(context.cacheDirectory, ports);
      const { administrator: password } = await readJson<Credentials>(`${directory}/credentials.json`, ports);
      const source = { directory, programs, port: running.port, password, database: context.app };
      return await backUp(source, to, context, ports);
    },
    async stop() {
      const running = await readRunning(directory, ports);
      const process = running?.process ?? null;
      if (running === null || process === null) return;
      const programs = await reachablePrograms(context.cacheDirectory, ports);
      await stopServer({ directory, programs }, process, 'fast', ports);
      await writeRunning(directory, { port: running.port, process: null }, ports);
    },
  };
}

/** Two clients may want it at once: the server itself lets only one in, and the other one waits for that. */
async function startOnce(
  home: Home,
  find: EnvironmentDatabase['find'],
  ports: DatabasePorts,
): Promise<{ readonly url: string }> {
  await checkVersion(home, ports);
  const { administrator: password } = await readJson<Credentials>(`${home.directory}/credentials.json`, ports);
  const before = await readRunning(home.directory, ports);
  await forgetOtherBoot(home.directory, before, ports);
  let deadline = ports.clock.monotonicMs() + otherStartMs;
  let port = before?.port ?? (await ports.ports.free());
  for (let orphanEnded = false; ;) {
    if (await ports.ports.isTaken(port)) port = await ports.ports.free();
    try {
      const server = await startServer(home, { port, password, settings, onStarted: async () => undefined }, ports);
      await server.connection.close();
      await writeRunning(home.directory, { port, process: server.process }, ports);
    } catch (error) {
      if (!(await anotherRuns(home, ports)) && !(await ports.ports.isTaken(port))) throw error;
      if (ports.clock.monotonicMs() > deadline) {
        if (orphanEnded) throw error;
        await stopByPidFile(home, 'fast', ports);
        orphanEnded = true;
        deadline += otherStartMs;
      }
      await ports.clock.sleep(50);
    }
    const found = await find();
    if (found !== null) return found;
  }
}

/** A server that failed to start takes its pid file with it: one that is there belongs to somebody else. */
async function anotherRuns(home: Home, ports: DatabasePorts): Promise<boolean> {
  return await ports.files.exists(`${home.directory}/data/postmaster.pid`);
}

/** Made beside, with its roles and its database, and shown by one rename: whole or not at all. */
async function make(
  programs: ServerPrograms,
  shelf: string,
  directory: string,
  context: DatabaseContext,
  ports: DatabasePorts,
): Promise<void> {
  const { files } = ports;
  const home: Home = { directory: `${shelf}/${temporaryName(ports)}`, programs };
  const credentials: Credentials = { administrator: ports.random(24), owner: ports.random(24) };
  try {
    await makeShelf(shelf, programs, ports);
    for (const left of await abandoned(shelf, ports)) await files.remove(`${shelf}/${left.name}`);
    const source = await template(programs, context.cacheDirectory, ports);
    await files.makeDirectory(home.directory, needsWayIn(programs, ports) ? 0o755 : 0o700);
    await copyData(source.data, `${home.directory}/data`, ports);
    await files.writeAtomic(`${home.directory}/credentials.json`, JSON.stringify(credentials), 0o600);
    await furnish(home, source.password, credentials, context.app, ports);
    await files.rename(home.directory, directory);
  } catch (error) {
    await files.remove(home.directory);
    if (!(await files.exists(directory))) throw trouble('making the database', shelf, error);
  }
}

/** Throws EnvironmentError `DATABASE_UNREACHABLE` where the server's user could not get to its data. */
async function makeShelf(shelf: string, programs: ServerPrograms, ports: DatabasePorts): Promise<void> {
  if (!needsWayIn(programs, ports)) return await ports.files.makeDirectory(shelf, 0o700);
  await ports.files.makeDirectory(shelf, 0o755);
  if (await isReachable(shelf, ports)) return;
  // The state directory itself is ours: others may pass it, and not look around in it.
  const state = shelf.slice(0, shelf.lastIndexOf('/'));
  await ports.files.setMode(state, 0o711);
  if (await isReachable(shelf, ports)) return;
  await ports.files.setMode(state, 0o700);
  throw new EnvironmentError(
    'DATABASE_UNREACHABLE',
    `PostgreSQL ${programs.version} does not run as root, and as another user it cannot get to ${shelf}`,
    {
      hint: 'keep the state where everybody may pass, such as FAIRWAY_STATE_DIR=/var/lib/fairway, or run Fairway as a user of its own',
    },
  );
}

async function furnish(
  home: Home,
  password: string,
  credentials: Credentials,
  database: string,
  ports: DatabasePorts,
): Promise<void> {
  const port = await ports.ports.free();
  const server = await startServer(home, { port, password, settings, onStarted: async () => undefined }, ports);
  try {
    await server.connection.query(`CREATE ROLE ${ownerRole} LOGIN PASSWORD '${credentials.owner}'`);
    await server.connection.query(`CREATE DATABASE ${quoteName(database)} OWNER ${ownerRole}`);
    await server.connection.query(`ALTER ROLE ${administrator} PASSWORD '${credentials.administrator}'`);
  } finally {
    await server.connection.close();
    await stopServer(home, server.process, 'fast', ports);
  }
}

async function checkVersion(home: Home, ports: DatabasePorts): Promise<void> {
  const made = (await ports.files.readText(`${home.directory}/data/PG_VERSION`)).trim();
  const major = String(Number.parseInt(home.programs.version, 10));
  if (made === major) return;
  throw new EnvironmentError(
    'DATABASE_VERSION',
    `the database in ${home.directory} was made by PostgreSQL ${made}, and what runs here is ${major}`,
    { hint: `run it with PostgreSQL ${made}, dump it, move the folder away and load the dump` },
  );
}

/** After a reboot the server's pid file may name a process of somebody else, and the server would refuse to start. */
async function forgetOtherBoot(directory: string, before: Running | null, ports: DatabasePorts): Promise<void> {
  const process = before?.process ?? null;
  if (process === null || process.bootId === ports.host.self.bootId) return;
  await ports.files.remove(`${directory}/data/postmaster.pid`);
}

async function readRunning(directory: string, ports: DatabasePorts): Promise<Running | null> {
  const path = `${directory}/running.json`;
  return (await ports.files.exists(path)) ? await readJson<Running>(path, ports) : null;
}

async function writeRunning(directory: string, running: Running, ports: DatabasePorts): Promise<void> {
  await ports.files.writeAtomic(`${directory}/running.json`, JSON.stringify(running), 0o600);
}

async function readJson<T>(path: string, ports: DatabasePorts): Promise<T> {
  return JSON.parse(await ports.files.readText(path)) as T;
}
