/** Rows and bytes of the target's tables, by the name that the catalogs show. */
export type TargetStatistics = ReadonlyMap<string, { readonly rows: number; readonly bytes: number }>;

/** A smaller copy says nothing about time per row: the fixed part of a statement would be all of it. */
const smallestBasis = 1_000;

/**
 * Milliseconds that a statement would take on the target, from what it took on the copy.
 *
 * Scanning and writing grow with the rows; building an index sorts, which adds the ratio of the logarithms.
 * Null when the copy is too small to tell, the target is not known, or the statement works through nothing.
 */
export function predictMs(
  ms: number,
  work: readonly { readonly relation: string; readonly rows: number }[],
  target: TargetStatistics,
  sorts: boolean,
): number | null {
  const factors = work.flatMap(({ relation, rows }) => {
    const there = target.get(relation)?.rows;
    if (there === undefined || rows < smallestBasis) return [];
    const sorting = sorts && there > rows ? Math.log2(there) / Math.log2(rows) : 1;
    return [(there / rows) * sorting];
  });
  return factors.length === 0 ? null : Math.round(ms * Math.max(...factors));
}
