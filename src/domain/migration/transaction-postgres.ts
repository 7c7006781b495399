import type { Statement } from './script.ts';

/** What PostgreSQL refuses inside a transaction block, by its leading words. */
const outside: readonly RegExp[] = [
  /^CREATE (UNIQUE )?INDEX CONCURRENTLY\b/,
  /^DROP INDEX CONCURRENTLY\b/,
  /^REINDEX\b.* CONCURRENTLY\b/,
  /^REINDEX( VERBOSE| TABLESPACE \S+)* (DATABASE|SYSTEM|SCHEMA)\b/,
  /^ALTER TABLE .*\bDETACH PARTITION .*\bCONCURRENTLY\b/,
  /^VACUUM\b/,
  /^CLUSTER$/,
  /^(CREATE|DROP) (DATABASE|TABLESPACE)\b/,
  /^ALTER DATABASE .*\bSET TABLESPACE\b/,
  /^ALTER SYSTEM\b/,
  /^(CREATE|DROP) SUBSCRIPTION\b/,
  /^ALTER SUBSCRIPTION .*\b(REFRESH|SET PUBLICATION|ADD PUBLICATION|DROP PUBLICATION)\b/,
];

/** True for a statement that can only run outside a transaction, such as CREATE INDEX CONCURRENTLY. */
export function runsOutsideTransaction(statement: Statement): boolean {
  const words = statement.words.join(' ');
  return outside.some((pattern) => pattern.test(words));
}

const begins = /^(BEGIN|START TRANSACTION)\b/;
const ends = /^(COMMIT|END|ROLLBACK|ABORT)\b/;
const parts = /^(SAVEPOINT|RELEASE|PREPARE TRANSACTION)\b/;

export type TransactionControl = 'begin' | 'commit' | 'other' | null;

/** What a statement says about transactions; `other` is a rollback or a savepoint. */
export function transactionControl(statement: Statement): TransactionControl {
  const words = statement.words.join(' ');
  if (begins.test(words)) return 'begin';
  if (/^(COMMIT|END)( WORK| TRANSACTION)?$/.test(words)) return 'commit';
  return ends.test(words) || parts.test(words) ? 'other' : null;
}
