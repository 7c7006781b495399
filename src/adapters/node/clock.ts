import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../ports.ts';

/** A timer of Node that is longer than this fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The clock of this machine; `sleep` rejects with the signal's reason when it aborts. */
export function nodeClock(): Clock {
  return {
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      const end = performance.now() + ms;
      for (let leftMs = ms; leftMs > 0; leftMs = end - performance.now()) {
        await pause(Math.min(leftMs, longestTimerMs), signal);
      }
    },
  };
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
