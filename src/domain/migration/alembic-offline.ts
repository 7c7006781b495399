/** What Alembic would send for one revision. */
export interface OfflineRevision {
  readonly id: string;
  readonly sql: string;
}

/**
 * Cut what `alembic upgrade --sql` prints into revisions.
 *
 * The transactions around them are left out: they are made anyway. What stands before the first revision makes
 * Alembic's own table, and belongs to the first.
 */
export function readOffline(output: string): readonly OfflineRevision[] {
  const marks = Array.from(output.matchAll(/^-- Running upgrade .*-> ([^\s,]+).*$/gm));
  const [first] = marks;
  if (first === undefined) return [];
  const head = output.slice(0, first.index);
  return marks.map((mark, i) => {
    const body = output.slice(mark.index, marks[i + 1]?.index ?? output.length);
    const sql = `${i === 0 ? head : ''}${body}`.replaceAll(/^(BEGIN|START TRANSACTION|COMMIT);[ \t]*$/gm, '').trim();
    return { id: mark[1] ?? '', sql };
  });
}
