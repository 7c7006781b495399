import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { EnvironmentError } from '../../errors.ts';

/** Where the agent of one state directory is found. */
export interface AgentPlace {
  readonly stateDirectory: string;
  /** Private folder (0700) that holds the sockets; a name of 30 bytes still fits. */
  readonly directory: string;
  readonly socketPath: string;
  /** Held by the one agent that runs. */
  readonly guardPath: string;
  /** For keyed hashes of secrets. */
  readonly keyPath: string;
  readonly logFile: string;
  /** Copies of bundle and Node that agents run from. */
  readonly runtimeDirectory: string;
}

/** The longest path that every system takes for a unix socket (macOS: 104 with the closing zero). */
const maxSocketPathBytes = 103;
const longestName = 'n'.repeat(30);

/**
 * Where the agent of this state directory listens: inside it, or, when the path would be too long, in a folder
 * of the temporary directory that is named by user and a hash of the state directory.
 */
export function agentPlace(stateDirectory: string, temporaryDirectory: string = tmpdir()): AgentPlace {
  const state = resolve(stateDirectory);
  const inside = join(state, 'agent');
  const hash = createHash('sha256').update(state).digest('hex').slice(0, 16);
  const outside = join(temporaryDirectory, `fairway-${process.getuid?.() ?? 0}-${hash}`);
  const directory = Buffer.byteLength(join(inside, longestName)) <= maxSocketPathBytes ? inside : outside;
  return {
    stateDirectory: state,
    directory,
    socketPath: join(directory, 'agent.sock'),
    guardPath: join(inside, 'guard'),
    keyPath: join(inside, 'key'),
    logFile: join(inside, 'agent.log'),
    runtimeDirectory: join(state, 'runtime'),
  };
}

/**
 * Make the private folders and prove that they are ours: a folder, no link, our user, nobody else may enter.
 *
 * Throws EnvironmentError `AGENT_PLACE_UNSAFE`.
 */
export async function makePlace(place: AgentPlace): Promise<void> {
  for (const directory of [join(place.stateDirectory, 'agent'), place.directory]) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await provePrivate(directory);
  }
}

/** Whether somebody else could have put a socket there. Throws EnvironmentError `AGENT_PLACE_UNSAFE`. */
export async function provePrivate(directory: string): Promise<void> {
  const stat = await lstat(directory);
  const isOurs = process.getuid === undefined || stat.uid === process.getuid();
  if (stat.isDirectory() && isOurs && (stat.mode & 0o077) === 0) return;
  throw new EnvironmentError('AGENT_PLACE_UNSAFE', `${directory} is not a private folder of this user`, {
    hint: `Remove it, or make it yours alone: chmod 700 ${directory}`,
  });
}
