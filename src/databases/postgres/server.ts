import { EnvironmentError } from '../../errors.ts';
import type { ProcessIdentity, ServerPrograms, SqlConnection } from '../../ports.ts';
import type { DatabasePorts } from '../database.ts';
import { administrator, dataPath, ids } from './home.ts';
import { trouble } from './trouble.ts';

/** Where one server lives: `data` and its log lie below. */
export interface Home {
  readonly directory: string;
  readonly programs: ServerPrograms;
}

export interface StartedServer {
  readonly process: ProcessIdentity;
  readonly port: number;
  /** Connected as administrator. */
  readonly connection: SqlConnection;
}

export interface StartOptions {
  readonly port: number;
  readonly password: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Remember the process before anything else can fail. */
  readonly onStarted: (process: ProcessIdentity, port: number) => Promise<void>;
}

const readyTimeoutMs = 30_000;

/** Start a server on loopback and wait until it answers. Throws EnvironmentError when it does not. */
export async function startServer(home: Home, options: StartOptions, ports: DatabasePorts): Promise<StartedServer> {
  const data = `${home.directory}/data`;
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(options.port),
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...options.settings,
  };
  const process = await ports.daemons.start({
    argv: [
      `${home.programs.directory}/bin/postgres`,
      '-D',
      dataPath(data, home.programs, ports),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    cwd: data,
    env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' },
    logFile: `${home.directory}/server.out`,
    ...ids(ports),
  });
  try {
    await options.onStarted(process, options.port);
    return { process, port: options.port, connection: await answer(home, process, options, ports) };
  } catch (error) {
    await stopServer(home, process, 'immediate', ports);
    throw error;
  }
}

async function answer(
  home: Home,
  process: ProcessIdentity,
  options: StartOptions,
  ports: DatabasePorts,
): Promise<SqlConnection> {
  const url = serverUrl({ ...options, user: administrator, database: 'postgres', applicationName: 'fairway' });
  const deadline = ports.clock.monotonicMs() + readyTimeoutMs;
  for (;;) {
    try {
      return await ports.sql.connect(url, { timeoutMs: 2_000, applicationName: 'fairway' });
    } catch (error) {
      if (!ports.daemons.isAlive(process))
        throw trouble('starting PostgreSQL', home.directory, null, await words(home, ports));
      if (ports.clock.monotonicMs() > deadline) {
        throw new EnvironmentError('POSTGRES_FAILED', `PostgreSQL did not answer within ${readyTimeoutMs / 1000} s`, {
          hint: `look at ${home.directory}`,
          cause: error,
        });
      }
      await ports.clock.sleep(10);
    }
  }
}

/** What the server last said, to its own log or before it had one. */
async function words(home: Home, ports: DatabasePorts): Promise<string> {
  const logs = await ports.files.list(`${home.directory}/data/log`);
  const newest = logs.filter((name) => name.endsWith('.log')).at(-1);
  const read = async (path: string): Promise<string> => await ports.files.readText(path).catch(() => '');
  const early = await read(`${home.directory}/server.out`);
  return newest === undefined ? early : `${early}\n${await read(`${home.directory}/data/log/${newest}`)}`;
}

/** End a server: `fast` writes a last checkpoint, `immediate` is for data that nobody needs again. Fine if it is gone. */
export async function stopServer(
  home: Home,
  process: ProcessIdentity,
  mode: 'fast' | 'immediate',
  ports: DatabasePorts,
): Promise<void> {
  if (!ports.daemons.isAlive(process)) return;
  await control(home, mode, ports);
  await ports.daemons.stop(process, mode === 'fast' ? 20_000 : 5_000);
}

/** End a server whose start was not written down any more; only for a home of this boot, as pids come again. */
export async function stopByPidFile(home: Home, mode: 'fast' | 'immediate', ports: DatabasePorts): Promise<void> {
  if (await ports.files.exists(`${home.directory}/data/postmaster.pid`)) await control(home, mode, ports);
}

/** Processes of PostgreSQL lead groups of their own: only their server can end them all. */
async function control(home: Home, mode: 'fast' | 'immediate', ports: DatabasePorts): Promise<void> {
  const data = `${home.directory}/data`;
  const argv = [
    `${home.programs.directory}/bin/pg_ctl`,
    'stop',
    '-W',
    '-m',
    mode,
    '-D',
    dataPath(data, home.programs, ports),
  ] as const;
  await ports.exec
    .run({ argv, cwd: data, env: { LC_ALL: 'C' }, timeoutMs: 10_000, ...ids(ports) })
    .catch(() => undefined);
}

/** A URL of a server of ours on loopback. */
export function serverUrl(parts: {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly applicationName?: string;
}): string {
  const query =
    parts.applicationName === undefined ? '' : `?application_name=${encodeURIComponent(parts.applicationName)}`;
  const login = `${encodeURIComponent(parts.user)}:${encodeURIComponent(parts.password)}`;
  return `postgres://${login}@127.0.0.1:${parts.port}/${encodeURIComponent(parts.database)}${query}`;
}

/** A name as SQL writes it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
