/** How a process of the stable release has fared. */
export interface RestartRecord {
  /** Restarts since it last ran well. */
  readonly restarts: number;
}

export type RestartDecision =
  | { readonly kind: 'restart'; readonly afterMs: number; readonly record: RestartRecord }
  | { readonly kind: 'give-up'; readonly reason: string };

const firstMs = 200;
const longestMs = 30_000;
/** A process that ran this long has recovered: its earlier exits are forgiven. */
const forgivenAfterMs = 300_000;

export const freshRecord: RestartRecord = { restarts: 0 };

/** Decide what becomes of a process that exited after `livedMs`: again, each time later, at most `maxRestarts` times in a row. */
export function decideRestart(record: RestartRecord, livedMs: number, maxRestarts: number): RestartDecision {
  const restarts = livedMs >= forgivenAfterMs ? 0 : record.restarts;
  if (restarts >= maxRestarts) {
    return { kind: 'give-up', reason: `it exited ${restarts + 1} times, ${maxRestarts} restarts are allowed` };
  }
  return {
    kind: 'restart',
    afterMs: Math.min(longestMs, firstMs * 2 ** restarts),
    record: { restarts: restarts + 1 },
  };
}
