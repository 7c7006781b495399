import type { Statement } from './statement.ts';

/** Why a statement is never executed, not even on a throw-away server; null when it may be. */
export function mayNotRun(statement: Statement): string | null {
  const { node } = statement;
  if ('CreatedbStmt' in node || 'DropdbStmt' in node || 'AlterDatabaseStmt' in node) {
    return 'it makes, changes or drops whole databases';
  }
  if ('AlterSystemStmt' in node) return 'it changes the server itself';
  if ('CreateTableSpaceStmt' in node || 'DropTableSpaceStmt' in node) return 'it needs folders of the server';
  if ('CopyStmt' in node && node.CopyStmt.filename !== undefined) {
    return 'it reads or writes files, or starts programs, of the server';
  }
  if ('CopyStmt' in node) return 'it needs data from the client';
  if ('LoadStmt' in node) return 'it loads a library into the server';
  return null;
}

/** How a statement moves the transaction; null when it is no transaction statement. */
export function transactionStep(statement: Statement): 'begins' | 'ends' | 'inside' | null {
  if (!('TransactionStmt' in statement.node)) return null;
  switch (statement.node.TransactionStmt.kind) {
    case 'TRANS_STMT_BEGIN':
    case 'TRANS_STMT_START':
      return 'begins';
    case 'TRANS_STMT_COMMIT':
    case 'TRANS_STMT_ROLLBACK':
      return 'ends';
    default:
      return 'inside';
  }
}

/** Statements that PostgreSQL refuses inside a transaction; asked first, so that nothing is tried in vain. */
export function needsNoTransaction(statement: Statement): boolean {
  const { node } = statement;
  if ('IndexStmt' in node) return node.IndexStmt.concurrent === true;
  if ('DropStmt' in node) return node.DropStmt.concurrent === true;
  if ('VacuumStmt' in node) return node.VacuumStmt.is_vacuumcmd === true;
  return false;
}
