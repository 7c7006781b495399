/** How often, and after which pauses, a migration that could not get a lock is tried again. */
export interface LockRetry {
  /** Attempts in all. */
  readonly attempts: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

export const defaultLockRetry: LockRetry = { attempts: 8, firstPauseMs: 500, longestPauseMs: 20_000 };

/**
 * The pause after a failed attempt (from 1), doubling each time; null when it was the last.
 *
 * `chance` in [0, 1) moves it by up to a quarter, so that two runners do not meet again and again.
 */
export function pauseAfter(attempt: number, retry: LockRetry, chance: number): number | null {
  if (attempt >= retry.attempts) return null;
  const plain = Math.min(retry.longestPauseMs, retry.firstPauseMs * 2 ** (attempt - 1));
  return Math.round(plain * (0.75 + chance / 2));
}
