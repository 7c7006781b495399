import type { SqlFailure } from '../../../ports.ts';
import type { SchemaChange } from './changes.ts';
import type { Access } from './words.ts';

/** PostgreSQL's table locks from weak to strong. */
export const lockModes = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const;

export type LockMode = (typeof lockModes)[number];

/** `AccessExclusiveLock`, as pg_locks writes it, in the words of the manual. */
export function lockModeOf(name: string): LockMode | null {
  const plain = name.replace(/Lock$/, '').toLowerCase();
  return lockModes.find((mode) => mode.replaceAll(' ', '').toLowerCase() === plain) ?? null;
}

export function strongest(modes: readonly LockMode[]): LockMode | null {
  return modes.reduce<LockMode | null>(
    (a, b) => (a === null || lockModes.indexOf(b) > lockModes.indexOf(a) ? b : a),
    null,
  );
}

/** What a statement held and kept others from doing with one relation that stood before the migration. */
export interface HeldRelation {
  readonly relation: string;
  readonly kind: 'table' | 'view' | 'materialized view' | 'foreign table';
  readonly lock: LockMode;
  /** Asked for by an earlier statement of the same transaction. */
  readonly since: 'this statement' | 'an earlier statement';
  /** What a second connection could not do while the lock was held. */
  readonly blocks: readonly Access[];
}

/** What a PostgreSQL server showed while one statement ran on a throw-away copy of the schema. */
export type Observation =
  | {
      readonly kind: 'observed';
      /** False: PostgreSQL runs it outside a transaction, and it was watched from a second connection. */
      readonly inTransaction: boolean;
      readonly held: readonly HeldRelation[];
      /** Read from end to end; the counter rises on empty tables too. */
      readonly scanned: readonly string[];
      /** Got a new file: every row was written again. */
      readonly rewritten: readonly string[];
      /** Lost or changed rows. */
      readonly rowsWritten: readonly string[];
      readonly changes: readonly SchemaChange[];
      /** What was scanned or rewritten, and how many rows it had on the copy. */
      readonly work: readonly { readonly relation: string; readonly rows: number }[];
      readonly ms: number;
    }
  | { readonly kind: 'failed'; readonly failure: SqlFailure; readonly ms: number }
  /** Never executed, and why. */
  | { readonly kind: 'not-run'; readonly why: string };
