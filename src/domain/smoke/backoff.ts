/** How much longer each pause is than the one before, and how often `everyMs` the longest may be. */
const growth = 1.5;
const longest = 4;

export interface Retry {
  /** From the first attempt on. */
  readonly forMs: number;
  /** The first pause. */
  readonly everyMs: number;
}

/**
 * How long to wait before the next attempt, in ms; null when it is time to give up.
 *
 * Pauses grow by half up to four times the first; the last is cut so that one more attempt is made when `forMs`
 * has passed. Nothing is waited for that would end after `remainingMs`, the deadline of all checks together.
 */
export function nextPause(
  retry: Retry,
  so: { readonly attempts: number; readonly elapsedMs: number; readonly remainingMs: number },
): number | null {
  const left = retry.forMs - so.elapsedMs;
  if (left <= 0) return null;
  const pause = Math.min(retry.everyMs * Math.min(growth ** (so.attempts - 1), longest), left);
  return pause < so.remainingMs ? pause : null;
}
