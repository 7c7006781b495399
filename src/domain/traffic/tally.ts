/** How many of the last latencies the percentile looks at. */
const windowLength = 1_000;

/** Running counts of one release; changed in place, for it is on the path of every request. */
export interface Tally {
  requests: number;
  errors: number;
  inFlight: number;
  /** The last latencies in ms, the oldest overwritten first. */
  readonly latencies: number[];
  next: number;
}

export interface Counted {
  readonly how: 'answered' | 'failed' | 'left' | 'cut';
  readonly durationMs: number | null;
}

export function emptyTally(): Tally {
  return { requests: 0, errors: 0, inFlight: 0, latencies: [], next: 0 };
}

/**
 * Count the end of one exchange.
 *
 * A client that left tells nothing about the release, and neither does what we cut: both are no finished requests.
 */
export function countEnd(tally: Tally, end: Counted): void {
  tally.inFlight -= 1;
  if (end.how === 'left' || end.how === 'cut') return;
  tally.requests += 1;
  if (end.how === 'failed') tally.errors += 1;
  if (end.durationMs === null) return;
  tally.latencies[tally.next] = end.durationMs;
  tally.next = (tally.next + 1) % windowLength;
}

/** The 95th percentile of the last 1,000 latencies (nearest rank), in ms; null before the first. */
export function p95Of({ latencies }: Tally): number | null {
  const sorted = latencies.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null;
}
