import { spawn } from 'node:child_process';
import { agentPlace, makePlace } from './place.ts';
import { type AgentProgram, installProgram } from './runtime.ts';

/** Run supervisor and agent in the foreground, what they say on stderr; the signal ends them in order. */
export async function runInForeground(
  stateDirectory: string,
  program: AgentProgram,
  signal: AbortSignal,
): Promise<number | null> {
  const place = agentPlace(stateDirectory);
  await makePlace(place);
  const { node, entry, digest } = await installProgram(place.runtimeDirectory, program);
  const argv = [entry, '--state', place.stateDirectory, '--digest', digest, '--agent-version', program.version];
  const child = spawn(node, argv, {
    cwd: place.stateDirectory,
    env: program.environment,
    stdio: ['ignore', 2, 2],
    detached: true,
  });
  const end = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', end, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
  } finally {
    signal.removeEventListener('abort', end);
  }
}
