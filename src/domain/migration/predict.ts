/** What a statement does to every row of a table; MariaDB makes a table anew in its own way or row by row (`copy`). */
export type WorkKind = 'scan' | 'index' | 'rewrite' | 'copy' | 'update';

/** How long a server takes for each kind of work on a table of so many rows, as wide as those of the target. */
export interface Gauge {
  readonly rows: number;
  /** Without any index; an entry is what an update or a copy of every row takes longer for each index. */
  readonly ms: Readonly<Record<WorkKind | 'updateEntry' | 'copyEntry', number>>;
}

/** Work on every row of a table that has so many indexes, which a rewrite and an update keep up. */
export interface Work {
  readonly relation: string;
  readonly kind: WorkKind;
  readonly indexes: number;
}

/** Below so many rows on the target a statement is over at once, and nothing is worth predicting. */
export const worthPredicting = 10_000;

/**
 * Milliseconds that a statement would take on the target: what it took on a copy without rows, and what a server takes
 * for that kind of work on so many rows. Building an index sorts, which adds the ratio of the logarithms.
 */
export function predictFrom(fixedMs: number, work: Pick<Work, 'kind' | 'indexes'>, gauge: Gauge, rows: number): number {
  const ratio = rows / gauge.rows;
  const sorting = ratio > 1 ? Math.log2(rows) / Math.log2(gauge.rows) : 1;
  const { index, updateEntry, copyEntry, scan, rewrite, copy, update } = gauge.ms;
  const ms = {
    scan,
    index: index * sorting,
    rewrite: rewrite + work.indexes * index * sorting,
    copy: copy + work.indexes * copyEntry * sorting,
    update: update + work.indexes * updateEntry * sorting,
  };
  return Math.round(fixedMs + ms[work.kind] * ratio);
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
