import { needsNoTransaction } from '../runnable.ts';
import { dangerous, type Rule } from '../rule.ts';

/** Its verdict on a failed statement is given in `verdict.ts`; a statement that fails has no evidence. */
export const needsNoTransactionRule: Rule = {
  id: 'needs-no-transaction',
  title: 'The statement cannot run inside a transaction, and the runner makes one',
  problem: 'CREATE INDEX CONCURRENTLY and its like commit in between; PostgreSQL refuses them in a transaction block.',
  instead: 'Run the file without a transaction: `-- fairway: no-transaction`, or the setting of your runner.',
  example: {
    given: 'CREATE TABLE books (id bigint PRIMARY KEY, pages integer)',
    sql: 'CREATE INDEX CONCURRENTLY books_pages ON books (pages)',
    wrapping: 'file',
  },
  predict(action, { statement, inTransaction }) {
    const detaches = action.does === 'detach' && action.concurrently;
    const refuses = needsNoTransaction(statement) || detaches || (action.does === 'reindex' && action.concurrently);
    return refuses && inTransaction ? dangerous('Fails: PostgreSQL refuses it inside a transaction block.') : null;
  },
};
