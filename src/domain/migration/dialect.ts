import type { Split, Statement } from './script.ts';
import { splitMariadb } from './split-mariadb.ts';
import { splitPostgres } from './split-postgres.ts';
import { commitsByItself, mariadbTransactionControl } from './transaction-mariadb.ts';
import { runsOutsideTransaction, transactionControl, type TransactionControl } from './transaction-postgres.ts';

/** What must be known of an engine's SQL to run a script of it statement by statement. */
export interface Dialect {
  readonly engine: 'postgres' | 'mariadb';
  /** False where a change of the schema commits by itself: then a script is never run in one transaction. */
  readonly transactionalDdl: boolean;
  split(text: string): Split;
  runsOutsideTransaction(statement: Statement): boolean;
  transactionControl(statement: Statement): TransactionControl;
}

export const postgresDialect: Dialect = {
  engine: 'postgres',
  transactionalDdl: true,
  split: splitPostgres,
  runsOutsideTransaction,
  transactionControl,
};

export const mariadbDialect: Dialect = {
  engine: 'mariadb',
  transactionalDdl: false,
  split: splitMariadb,
  runsOutsideTransaction: commitsByItself,
  transactionControl: mariadbTransactionControl,
};
