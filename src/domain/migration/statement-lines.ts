import { formatDuration } from '../report/quantities.ts';

/** What is known of one statement of a rehearsal, as far as people are told. */
export interface ToldStatement {
  readonly place: string;
  readonly ms: number;
  readonly lock: string | null;
  readonly relations: readonly string[];
  readonly promise: { readonly algorithm: string; readonly lock: string } | null;
  readonly predictedMs: number | null;
}

const mostTold = 20;

/** A table of statements: where, how long, which lock on what, and how long it would take on the target. */
export function statementLines(statements: readonly ToldStatement[]): readonly string[] {
  const rows = statements
    .slice(0, mostTold)
    .map(({ place, ms, lock, relations, promise, predictedMs }) => [
      place,
      formatDuration(ms),
      promise === null
        ? lockText(lock, relations)
        : `${promise.algorithm}, LOCK=${promise.lock} on ${relations.join(', ')}`,
      predictedMs === null ? '' : `about ${formatDuration(predictedMs)} on the target`,
    ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((cells) => cells[column]?.length ?? 0)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return statements.length > mostTold ? [...lines, `and ${statements.length - mostTold} more statements`] : lines;
}

function lockText(lock: string | null, relations: readonly string[]): string {
  if (lock === null) return 'no lock';
  return relations.length === 0 ? lock : `${lock} on ${relations.join(', ')}`;
}
