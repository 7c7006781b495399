import type { SeenEnd } from './request-line.ts';

/** Fields of a line of nginx's log, in this order, apart by blanks; times are whole milliseconds. */
export const accessFormat = '$release $status $request_time $request_completion';

/**
 * Read a line; null when it tells nothing of any release.
 *
 * An answer that its release ended in the middle looks like any other: nginx does not tell.
 */
export function readAccessLine(line: string): SeenEnd | null {
  const [releaseId = '', status = '', seconds = '', completion = ''] = line.split(' ');
  if (releaseId === '' || releaseId === '-' || !/^\d{3}$/.test(status)) return null;
  if (status === '101') return { releaseId, how: 'answered', durationMs: null };
  const durationMs = Number(seconds) * 1_000 + 0.5;
  if (status === '499') return { releaseId, how: 'left', durationMs };
  if (Number(status) >= 500) return { releaseId, how: 'failed', durationMs };
  return { releaseId, how: completion === 'OK' ? 'answered' : 'left', durationMs };
}
