import { EnvironmentError } from '../../errors.ts';
import type { ProcessIdentity } from '../../ports.ts';
import type { DatabaseContext, DatabasePorts, EphemeralServer } from '../database.ts';
import { administrator, copyData, ownerRole } from './home.ts';
import { holdsMessage, recordedQueries, refusedQueries } from './log.ts';
import { postgresShelf, reachablePrograms } from './programs.ts';
import {
  type Home,
  quoteName,
  serverUrl,
  startServer,
  type StartedServer,
  stopByPidFile,
  stopServer,
} from './server.ts';
import { abandoned, temporaryName } from './temporary.ts';
import { template } from './template.ts';
import { trouble } from './trouble.ts';

/** Fast and careless: the data is worth nothing. Refused queries go to a log that can be read. */
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '64MB',
  max_connections: '200',
  logging_collector: 'on',
  log_destination: 'jsonlog',
  log_directory: 'log',
  log_filename: 'server.log',
  log_rotation_age: '0',
  log_rotation_size: '0',
  log_parameter_max_length_on_error: '1kB',
};

/** A server in the cache directory that lasts as long as this process; those that dead processes left are ended first. */
export async function ephemeralServer(context: DatabaseContext, ports: DatabasePorts): Promise<EphemeralServer> {
  const programs = await reachablePrograms(context.cacheDirectory, ports);
  const { directory, mode } = await postgresShelf(context.cacheDirectory, programs, ports);
  const shelf = `${directory}/servers`;
  await ports.files.makeDirectory(shelf, mode);
  await endAbandoned(shelf, programs, ports);
  const source = await template(programs, context.cacheDirectory, ports);
  const home: Home = { directory: `${shelf}/${temporaryName(ports)}`, programs };
  try {
    await ports.files.makeDirectory(home.directory, mode);
    await copyData(source.data, `${home.directory}/data`, ports);
    const started = await start(home, source.password, ports);
    return await open(home, started, ports);
  } catch (error) {
    await ports.files.remove(home.directory);
    throw trouble('starting PostgreSQL', shelf, error);
  }
}

/** A free port may be taken before the server has it: then another one. */
async function start(home: Home, password: string, ports: DatabasePorts): Promise<StartedServer> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await ports.ports.free();
    const onStarted = async (process: ProcessIdentity): Promise<void> => {
      await ports.files.writeAtomic(`${home.directory}/process.json`, JSON.stringify(process), 0o600);
    };
    try {
      return await startServer(home, { port, password, settings, onStarted }, ports);
    } catch (error) {
      if (attempt === 5 || !(await ports.ports.isTaken(port))) throw error;
    }
  }
}

async function open(home: Home, server: StartedServer, ports: DatabasePorts): Promise<EphemeralServer> {
  const { connection, port, process } = server;
  const passwords = { superuser: ports.random(24), owner: ports.random(24) };
  // Passwords of 24 random bytes need no slow hash, and a rehearsal connects some dozens of times.
  await connection.query(`SELECT set_config(name, '1', false) FROM pg_settings WHERE name = 'scram_iterations'`);
  await connection.query(`ALTER ROLE ${administrator} PASSWORD '${passwords.superuser}'`);
  await connection.query(`CREATE ROLE ${ownerRole} LOGIN PASSWORD '${passwords.owner}'`);
  const logFile = `${home.directory}/data/log/server.json`;
  /** Everything that was refused before now is in the log once our own line is. */
  const settledLog = async (): Promise<Uint8Array> => {
    const line = `fairway-mark-${ports.random(8)}`;
    await connection.query(`DO $$ BEGIN RAISE LOG '${line}'; END $$`);
    const deadline = ports.clock.monotonicMs() + 10_000;
    for (;;) {
      const bytes = await ports.files.readBytes(logFile);
      if (holdsMessage(new TextDecoder().decode(bytes), line)) return bytes;
      if (ports.clock.monotonicMs() > deadline) {
        throw new EnvironmentError('POSTGRES_FAILED', `the log of the ephemeral server stands still: ${logFile}`);
      }
      await ports.clock.sleep(5);
    }
  };
  return {
    version: home.programs.version,
    url: (database, applicationName, role = 'superuser') =>
      serverUrl({
        port,
        user: role === 'superuser' ? administrator : ownerRole,
        password: passwords[role],
        database,
        applicationName,
      }),
    async create(database, from) {
      const copy = from === undefined ? '' : ` TEMPLATE ${quoteName(from)} STRATEGY FILE_COPY`;
      await connection.query(`CREATE DATABASE ${quoteName(database)} OWNER ${ownerRole}${copy}`);
    },
    async drop(database) {
      await connection.query(`DROP DATABASE IF EXISTS ${quoteName(database)} WITH (FORCE)`);
    },
    mark: async () => (await settledLog()).length,
    async record(database) {
      await connection.query(`ALTER DATABASE ${quoteName(database)} SET log_statement = 'all'`);
    },
    recordedQueries: async (since) => recordedQueries(new TextDecoder().decode((await settledLog()).subarray(since))),
    failedQueries: async (since) => refusedQueries(new TextDecoder().decode((await settledLog()).subarray(since))),
    async stop() {
      await connection.close();
      await stopServer(home, process, 'immediate', ports);
      await ports.files.remove(home.directory);
    },
  };
}

/** End what dead processes left, and remove it. */
async function endAbandoned(shelf: string, programs: Home['programs'], ports: DatabasePorts): Promise<void> {
  for (const { name, owner } of await abandoned(shelf, ports)) {
    const home: Home = { directory: `${shelf}/${name}`, programs };
    const text = await ports.files.readText(`${home.directory}/process.json`).catch(() => null);
    if (text !== null) await stopServer(home, JSON.parse(text) as ProcessIdentity, 'immediate', ports);
    else if (owner.bootId === ports.host.self.bootId) await stopByPidFile(home, 'immediate', ports);
    await ports.files.remove(home.directory);
  }
}
