/** What the catalogs tell of a table that a batch must know. */
export interface KeyOf {
  /** The one column of its primary key, quoted; null when there is none or several. */
  (table: string): string | null;
}

export interface Backfill {
  readonly table: string;
  readonly key: string;
  /** `UPDATE books SET place = 'back'` or `DELETE FROM books`: everything before WHERE. */
  readonly change: string;
  /** Rows that still need it; null: all. */
  readonly where: string | null;
}

/** Rows in one transaction: few enough that their locks are not felt. */
const batchRows = 1_000;

/**
 * The same change, a thousand rows at a time along the primary key, each batch in a transaction of its own.
 *
 * The upper bound is fixed at the start, so that rows which arrive meanwhile cannot keep it going for ever.
 * It must run outside a transaction.
 */
export function inBatches({ table, key, change, where }: Backfill): readonly string[] {
  const filter = where === null ? '' : ` AND (${where})`;
  return [
    `SET enable_seqscan = off`,
    `DO $backfill$
DECLARE
  low ${table}.${key}%TYPE;
  high ${table}.${key}%TYPE;
  last ${table}.${key}%TYPE;
BEGIN
  SELECT ${key} INTO low FROM ${table} ORDER BY ${key} LIMIT 1;
  SELECT ${key} INTO last FROM ${table} ORDER BY ${key} DESC LIMIT 1;
  WHILE low <= last LOOP
    SELECT ${key} INTO high FROM ${table} WHERE ${key} >= low AND ${key} <= last ORDER BY ${key} OFFSET ${batchRows - 1} LIMIT 1;
    high := coalesce(high, last);
    ${change} WHERE ${key} >= low AND ${key} <= high${filter};
    COMMIT;
    SELECT ${key} INTO low FROM ${table} WHERE ${key} > high ORDER BY ${key} LIMIT 1;
  END LOOP;
END
$backfill$`,
    `RESET enable_seqscan`,
  ];
}
