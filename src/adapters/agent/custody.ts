import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessIdentity } from '../../ports.ts';

/**
 * Which process starts the agent again when it dies. Written only by the agent that holds the guard; gone when that
 * agent ended because it wanted to.
 */
export interface Custody {
  read(): Promise<ProcessIdentity | null>;
  write(supervisor: ProcessIdentity): Promise<void>;
  clear(): Promise<void>;
}

const watchMs = 1_000;
const adoptMs = 200;

export function custodyOf(directory: string): Custody {
  const path = join(directory, 'supervisor.json');
  return {
    async read() {
      try {
        return JSON.parse(await readFile(path, 'utf8')) as ProcessIdentity;
      } catch {
        return null;
      }
    },
    async write(supervisor) {
      await writeFile(`${path}.new`, JSON.stringify(supervisor), { mode: 0o600 });
      await rename(`${path}.new`, path);
    },
    clear: async () => await rm(path, { force: true }),
  };
}

/** The agent's side: whenever its supervisor is gone, `start` another one and have it take over. */
export async function keepSupervised(
  custody: Custody,
  first: ProcessIdentity,
  start: () => Promise<ProcessIdentity>,
  isAlive: (process: ProcessIdentity) => boolean,
  signal: AbortSignal,
): Promise<void> {
  let supervisor = first;
  await custody.write(supervisor);
  while (!signal.aborted) {
    await delay(watchMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted || isAlive(supervisor)) continue;
    supervisor = await start();
    await custody.write(supervisor);
  }
}

/**
 * The side of a supervisor that takes over an agent that it did not start: wait for that agent's end.
 *
 * False when it ended because it wanted to, or another supervisor has it.
 */
export async function adopt(
  custody: Custody,
  agent: ProcessIdentity,
  self: ProcessIdentity,
  isAlive: (process: ProcessIdentity) => boolean,
): Promise<boolean> {
  while (isAlive(agent)) await delay(adoptMs);
  const named = await custody.read();
  return named !== null && named.pid === self.pid && named.startedAt === self.startedAt;
}
