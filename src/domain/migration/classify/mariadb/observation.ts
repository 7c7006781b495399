import type { SqlFailure } from '../../../../ports.ts';
import type { SchemaChange } from '../changes.ts';
import type { Algorithm, Lock } from './promise.ts';

/** What a MariaDB server said and showed while one statement ran on a throw-away copy of the schema. */
export type MariadbObservation =
  | {
      readonly kind: 'observed';
      /** The kindest way that the server accepted; null where there is nothing to ask (a new table, an INSERT). */
      readonly algorithm: Algorithm | null;
      readonly lock: Lock | null;
      /** The table has another id inside InnoDB: it was made anew, whatever the server accepted. */
      readonly rebuilt: boolean;
      /** The statement with ALGORITHM and LOCK as accepted. */
      readonly proven: string | null;
      readonly table: string | null;
      readonly changes: readonly SchemaChange[];
      /** Read from end to end, as EXPLAIN says. */
      readonly scanned: readonly string[];
      readonly rows: number | null;
      /** Of the table, besides the primary key. */
      readonly indexes: number;
      readonly ms: number;
    }
  | { readonly kind: 'failed'; readonly failure: SqlFailure; readonly ms: number }
  | { readonly kind: 'not-run'; readonly why: string };
