import type { Clock } from '../../src/ports.ts';

export interface FakeClock extends Clock {
  /** Let time pass: sleepers whose time has come wake in order, each before the next one is looked at. */
  advance(ms: number): Promise<void>;
  /** The wall clock goes ahead, as after a machine slept: nobody wakes by that. */
  jump(ms: number): void;
  /** How many are asleep now. */
  readonly sleepers: number;
}

interface Sleeper {
  readonly wakesAt: number;
  readonly wake: () => void;
}

/** Let everything that was just settled run on, a few promises deep. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/**
 * A clock that stands still until `advance`.
 *
 * With `auto`, a sleep makes the time pass by itself and ends at once: for code that only waits and looks again.
 */
export function fakeClock(options: { readonly auto?: boolean; readonly start?: string } = {}): FakeClock {
  const start = Date.parse(options.start ?? '2025-01-01T00:00:00Z');
  let nowMs = 0;
  let jumpedMs = 0;
  let sleeping: Sleeper[] = [];

  return {
    now: () => new Date(start + nowMs + jumpedMs),
    monotonicMs: () => nowMs,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      if (options.auto === true) {
        nowMs += Math.max(0, ms);
        await settle();
        signal?.throwIfAborted();
        return;
      }
      if (ms <= 0) return;
      await new Promise<void>((resolve, reject) => {
        const sleeper: Sleeper = { wakesAt: nowMs + ms, wake: resolve };
        sleeping.push(sleeper);
        signal?.addEventListener('abort', () => {
          sleeping = sleeping.filter((other) => other !== sleeper);
          reject(signal.reason as Error);
        });
      });
    },
    jump(ms) {
      jumpedMs += ms;
    },
    async advance(ms) {
      const end = nowMs + ms;
      await settle();
      for (;;) {
        const next = sleeping.filter((sleeper) => sleeper.wakesAt <= end).toSorted((a, b) => a.wakesAt - b.wakesAt)[0];
        if (next === undefined) break;
        sleeping = sleeping.filter((sleeper) => sleeper !== next);
        nowMs = next.wakesAt;
        next.wake();
        await settle();
      }
      nowMs = end;
    },
    get sleepers() {
      return sleeping.length;
    },
  };
}
