import { readFile, rename, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { EnvironmentError } from '../../errors.ts';
import type { Daemons } from '../../ports.ts';
import { isListening } from './link.ts';
import { agentPlace, makePlace } from './place.ts';
import type { AgentPlace } from './place.ts';
import { installProgram } from './runtime.ts';
import type { AgentProgram } from './runtime.ts';

const pollMs = 20;
const maxLogBytes = 1024 * 1024;

/**
 * Start the supervisor, and by it the agent, in a session of their own; resolves when the agent listens.
 *
 * When another client starts it at the same time, one agent wins and both clients reach it.
 * Throws EnvironmentError `AGENT_NOT_STARTED` with the last lines of its log.
 */
export async function startAgent(
  stateDirectory: string,
  program: AgentProgram,
  timeoutMs: number,
  ports: { readonly daemons: Daemons },
): Promise<void> {
  const place = agentPlace(stateDirectory);
  await makePlace(place);
  const { node, entry, digest } = await installProgram(place.runtimeDirectory, program);
  await putLogAside(place.logFile);
  const { version, idleMs } = program;
  const options = {
    state: place.stateDirectory,
    digest,
    'agent-version': version,
    'idle-ms': String(idleMs ?? 60_000),
  };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const supervisor = await ports.daemons.start({
    argv: [node, entry, ...flags],
    cwd: place.stateDirectory,
    env: program.environment,
    logFile: place.logFile,
  });
  const deadline = performance.now() + timeoutMs;
  while (!(await isListening(place.socketPath))) {
    const isOver = performance.now() > deadline;
    if (isOver || !ports.daemons.isAlive(supervisor)) {
      if (await isListening(place.socketPath)) return;
      throw await notStarted(place, isOver ? `did not listen within ${timeoutMs / 1000} s` : 'ended at once');
    }
    await delay(pollMs);
  }
}

/** A log that has grown large begins anew; one former log is kept. */
async function putLogAside(logFile: string): Promise<void> {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > maxLogBytes) await rename(logFile, `${logFile}.1`).catch(() => undefined);
}

async function notStarted(place: AgentPlace, what: string): Promise<EnvironmentError> {
  const log = await readFile(place.logFile, 'utf8').catch(() => '');
  const lastLines = log.trimEnd().split('\n').slice(-10).join('\n');
  return new EnvironmentError('AGENT_NOT_STARTED', `the agent ${what}${lastLines === '' ? '' : `:\n${lastLines}`}`, {
    hint: `Look at ${place.logFile}.`,
  });
}
