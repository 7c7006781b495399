import { durationText } from '../domain/analysis/words.ts';
import { EnvironmentError } from '../errors.ts';
import type { Clock } from '../ports.ts';

/**
 * Wait for an effect, but not longer than `ms`.
 *
 * Throws EnvironmentError `ACTION_TIMED_OUT`; the effect itself may still come to its end later. When `signal` aborts,
 * throws its reason.
 */
export async function within<T>(
  ms: number,
  what: string,
  effect: Promise<T>,
  clock: Clock,
  signal?: AbortSignal,
): Promise<T> {
  const done = new AbortController();
  const bound = signal === undefined ? done.signal : AbortSignal.any([done.signal, signal]);
  const late = async (): Promise<never> => {
    await clock.sleep(ms, bound);
    throw new EnvironmentError('ACTION_TIMED_OUT', `"${what}" was not done within ${durationText(ms)}`);
  };
  const timer = late();
  timer.catch(() => undefined);
  effect.catch(() => undefined);
  try {
    return await Promise.race([effect, timer]);
  } finally {
    done.abort();
  }
}
