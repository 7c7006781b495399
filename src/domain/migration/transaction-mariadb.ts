import type { Statement } from './script.ts';
import type { TransactionControl } from './transaction-postgres.ts';

/** What can share a transaction with the record of it; everything else commits by itself, before and after. */
const transactional = new Set(['INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'SELECT', 'WITH', 'SET', 'DO', 'VALUES', '(']);

export function commitsByItself(statement: Statement): boolean {
  return !transactional.has(statement.words[0] ?? '');
}

/** What a statement says about transactions in MariaDB; `BEGIN NOT ATOMIC` begins a block, not a transaction. */
export function mariadbTransactionControl({ words }: Statement): TransactionControl {
  const [first, second] = words;
  if (first === 'START' && second === 'TRANSACTION') return 'begin';
  if (first === 'BEGIN' && second !== 'NOT') return 'begin';
  if (first === 'COMMIT') return 'commit';
  return first === 'ROLLBACK' || first === 'SAVEPOINT' || first === 'RELEASE' ? 'other' : null;
}
