import { EnvironmentError } from '../../errors.ts';
import type { ProcessIdentity, SqlConnection } from '../../ports.ts';
import type { DatabasePorts } from '../database.ts';
import type { MariadbPrograms } from './programs.ts';

/** Where one server lives: `data` and what it prints lie below. */
export interface MariadbHome {
  readonly directory: string;
  readonly programs: MariadbPrograms;
  /** Ids to run it as; none for ourselves. */
  readonly ids: { readonly uid?: number; readonly gid?: number };
}

export interface MariadbStart {
  readonly port: number;
  /** Options of the server besides those that place it. */
  readonly settings: readonly string[];
  /** Who asks whether it answers. */
  readonly user: string;
  readonly password: string;
  /** Run before anybody can connect, so that there is never a server without a password. */
  readonly initFile?: string;
  /** Gets the identity of the process in the moment in which it exists. */
  readonly identityFile?: string;
  /** Remember the process before anything else can fail. */
  readonly onStarted: (process: ProcessIdentity) => Promise<void>;
}

export interface StartedMariadb {
  readonly process: ProcessIdentity;
  readonly port: number;
  readonly connection: SqlConnection;
}

const readyTimeoutMs = 30_000;

/** Start a server on loopback, with a socket in its own data directory, and wait until it answers. */
export async function startMariadb(
  home: MariadbHome,
  options: MariadbStart,
  ports: DatabasePorts,
): Promise<StartedMariadb> {
  const data = `${home.directory}/data`;
  const process = await ports.daemons.start({
    argv: [
      home.programs.server,
      '--no-defaults',
      `--datadir=${data}`,
      '--bind-address=127.0.0.1',
      `--port=${options.port}`,
      '--socket=server.sock',
      '--pid-file=server.pid',
      ...(options.initFile === undefined ? [] : [`--init-file=${options.initFile}`]),
      ...(home.ids.uid === undefined && ports.host.runAs !== null ? ['--user=root'] : []),
      '--skip-name-resolve',
      '--skip-log-bin',
      '--performance-schema=0',
      '--character-set-server=utf8mb4',
      '--default-time-zone=+00:00',
      ...options.settings,
    ],
    cwd: data,
    env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin:/usr/sbin:/sbin' },
    logFile: `${home.directory}/server.out`,
    ...(options.identityFile === undefined ? {} : { identityFile: options.identityFile }),
    ...home.ids,
  });
  try {
    await options.onStarted(process);
    return { process, port: options.port, connection: await answer(home, process, options, ports) };
  } catch (error) {
    await ports.daemons.stop(process, 2_000);
    throw error;
  }
}

async function answer(
  home: MariadbHome,
  process: ProcessIdentity,
  options: MariadbStart,
  ports: DatabasePorts,
): Promise<SqlConnection> {
  const url = mariadbUrl({ ...options, database: '' });
  const deadline = ports.clock.monotonicMs() + readyTimeoutMs;
  for (;;) {
    try {
      return await ports.sql.connect(url, { timeoutMs: 2_000, applicationName: 'fairway' });
    } catch (error) {
      if (!ports.daemons.isAlive(process) || ports.clock.monotonicMs() > deadline) {
        const words = await ports.files.readTail(`${home.directory}/server.out`, 8_192).catch(() => '');
        throw mariadbTrouble('starting MariaDB', words, home.directory, error);
      }
      await ports.clock.sleep(20);
    }
  }
}

/** A URL of a server of ours on loopback. */
export function mariadbUrl(parts: {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}): string {
  const login = `${encodeURIComponent(parts.user)}:${encodeURIComponent(parts.password)}`;
  return `mariadb://${login}@127.0.0.1:${parts.port}/${encodeURIComponent(parts.database)}`;
}

/** A name as SQL writes it. */
export function quoteMariadb(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** Say what stopped a server in words that help; a full disk is told by name. */
export function mariadbTrouble(doing: string, output: string, path: string, cause?: unknown): EnvironmentError {
  if (/No space left on device|Errcode: 28/.test(output)) {
    return new EnvironmentError('DISK_FULL', `no space left for a MariaDB server below ${path}`, {
      hint: 'make room (a server takes about 50 MB), or choose another place with XDG_CACHE_HOME or XDG_STATE_HOME',
      cause,
    });
  }
  const lines = output.trim().split('\n');
  const telling = lines.filter((line) => /ERROR|error/.test(line));
  const last = (telling.length > 0 ? telling : lines).slice(-5).join('\n');
  return new EnvironmentError('MARIADB_FAILED', `${doing} failed:\n${last}`, { hint: `look at ${path}`, cause });
}
