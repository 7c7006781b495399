import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** How the agent ends when another one runs already: nothing to start again. */
export const anotherRuns = 75;

/** How the agent ends when it cannot begin at all. The first time that is final: whoever started it is waiting. */
export const cannotBegin = 78;

const firstPauseMs = 100;
const longestPauseMs = 5_000;
/** A run shorter than this is a fast crash. */
const fastMs = 10_000;
const maxFastCrashes = 10;

/**
 * Run a program and start it again whenever it crashes, each time later; answers its exit code when it ended by
 * itself, and 1 after ten fast crashes in a row.
 *
 * SIGTERM and SIGINT are passed on: the program ends in its own way, and is not started again.
 */
export async function keepRunning(argv: readonly [string, ...string[]], log: (line: string) => void): Promise<number> {
  let end: NodeJS.Signals | null = null;
  let kill: (signal: NodeJS.Signals) => void = () => {};
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      end = signal;
      kill(signal);
    });
  }
  let fastCrashes = 0;
  for (let run = 1; ; run += 1) {
    const startedAt = performance.now();
    const [program, ...rest] = argv;
    const child = spawn(program, rest, { stdio: 'inherit' });
    kill = (signal) => child.kill(signal);
    const how = await new Promise<number | string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
    if (end !== null || how === 0 || how === anotherRuns) return typeof how === 'number' ? how : 0;
    if (how === cannotBegin && run === 1) return cannotBegin;
    fastCrashes = performance.now() - startedAt < fastMs ? fastCrashes + 1 : 0;
    if (fastCrashes >= maxFastCrashes) {
      log(`the agent crashed ${fastCrashes} times in a row (last: ${how}): given up`);
      return 1;
    }
    log(`the agent ended (${how}) and is started again`);
    await delay(Math.min(longestPauseMs, firstPauseMs * 2 ** Math.max(0, fastCrashes - 1)));
  }
}
