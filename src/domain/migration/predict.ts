/** What a statement does to every row of a table. */
export type WorkKind = 'scan' | 'index' | 'rewrite' | 'update';

/** How long a server takes for each kind of work on a table of so many rows, as wide as those of the target. */
export interface Gauge {
  readonly rows: number;
  readonly ms: Readonly<Record<WorkKind, number>>;
}

/** Below so many rows on the target a statement is over at once, and nothing is worth predicting. */
export const worthPredicting = 10_000;

/**
 * Milliseconds that a statement would take on the target: what it took on a copy without rows, and what a server takes
 * for that kind of work on so many rows. Building an index sorts, which adds the ratio of the logarithms.
 */
export function predictFrom(fixedMs: number, kind: WorkKind, gauge: Gauge, rows: number): number {
  const ratio = rows / gauge.rows;
  const sorting = kind === 'index' && ratio > 1 ? Math.log2(rows) / Math.log2(gauge.rows) : 1;
  return Math.round(fixedMs + gauge.ms[kind] * ratio * sorting);
}

/** How a measured time stands to its prediction. */
export interface Measured {
  /** `migrations/0002_a.sql:3:1`. */
  readonly place: string;
  readonly ms: number;
  readonly predictedMs: number | null;
  /** Measured divided by predicted; null without a prediction. */
  readonly ratio: number | null;
  /** More than three times what was predicted, and long enough to matter. */
  readonly isOver: boolean;
}

const tolerance = 3;
/** What takes less is noise. */
const shortestMs = 100;

export function compareWithPrediction(place: string, ms: number, predictedMs: number | null): Measured {
  const ratio = predictedMs === null ? null : Math.round((ms / Math.max(1, predictedMs)) * 10) / 10;
  const isOver = predictedMs !== null && ms > shortestMs && ms > tolerance * predictedMs;
  return { place, ms: Math.round(ms * 10) / 10, predictedMs, ratio, isOver };
}
