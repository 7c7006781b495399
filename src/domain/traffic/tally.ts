/** How many of the last latencies the percentile looks at. */
const windowLength = 1_000;

/** Edges of the histogram grow by this factor: a limit is hit within 2 %. */
const edgeGrowth = 1.02;
/** Everything below counts as equally fast, in ms. */
const firstEdgeMs = 0.1;

/** Running counts of one release; changed in place, for it is on the path of every request. */
export interface Tally {
  requests: number;
  errors: number;
  inFlight: number;
  /** The last latencies in ms, the oldest overwritten first. */
  readonly latencies: number[];
  next: number;
  /** How many took until the n-th edge; as long as the slowest needs. */
  readonly histogram: number[];
}

export interface Counted {
  readonly how: 'answered' | 'failed' | 'left' | 'cut';
  readonly durationMs: number | null;
}

export function emptyTally(): Tally {
  return { requests: 0, errors: 0, inFlight: 0, latencies: [], next: 0, histogram: [] };
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
  const edge = edgeOf(end.durationMs);
  while (tally.histogram.length <= edge) tally.histogram.push(0);
  tally.histogram[edge] = (tally.histogram[edge] ?? 0) + 1;
}

/**
 * How many finished requests took longer than a limit, since the tally began.
 *
 * The limit is taken at the next edge of the histogram, up to 2 % above, which is the same one for every release.
 */
export function slowerThan({ histogram }: Tally, limitMs: number): number {
  return histogram.slice(edgeOf(limitMs) + 1).reduce((sum, count) => sum + count, 0);
}

function edgeOf(ms: number): number {
  return ms <= firstEdgeMs ? 0 : Math.ceil(Math.log(ms / firstEdgeMs) / Math.log(edgeGrowth));
}

/** The 95th percentile of the last 1,000 latencies (nearest rank), in ms; null before the first. */
export function p95Of({ latencies }: Tally): number | null {
  const sorted = latencies.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null;
}
