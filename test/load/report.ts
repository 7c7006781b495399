/** What happened to one request. */
export interface LoadRecord {
  /** Milliseconds since the load began. */
  readonly startMs: number;
  readonly method: string;
  readonly path: string;
  readonly connection: 'keep-alive' | 'fresh';
  /** Null when no whole answer came. */
  readonly status: number | null;
  /** Why no whole answer came: `ECONNRESET`, `TIMEOUT`. */
  readonly error: string | null;
  /** From sending to the end of the answer. */
  readonly latencyMs: number;
  /** Which release answered, when the answer says so. */
  readonly release: string | null;
}

export interface LoadSnapshot {
  /** Finished ones. */
  readonly requests: number;
  /** Without a whole answer, or answered 5xx. */
  readonly failed: number;
  readonly inFlight: number;
}

export interface LoadReport extends LoadSnapshot {
  readonly durationMs: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly byRelease: Readonly<Record<string, number>>;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** In the order in which they finished. */
  readonly records: readonly LoadRecord[];
  readonly failures: readonly LoadRecord[];
}

export function isFailure(record: LoadRecord): boolean {
  return record.status === null || record.status >= 500;
}

export function summarize(records: readonly LoadRecord[], durationMs: number, inFlight: number): LoadReport {
  const failures = records.filter(isFailure);
  const latencies = records.map((record) => record.latencyMs).toSorted((a, b) => a - b);
  const quantile = (share: number): number => latencies[Math.max(0, Math.ceil(latencies.length * share) - 1)] ?? 0;
  return {
    requests: records.length,
    failed: failures.length,
    inFlight,
    durationMs,
    byStatus: count(records.map((record) => String(record.status ?? record.error))),
    byRelease: count(records.flatMap((record) => record.release ?? [])),
    p50Ms: quantile(0.5),
    p95Ms: quantile(0.95),
    p99Ms: quantile(0.99),
    maxMs: quantile(1),
    records,
    failures,
  };
}

function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
