import { dangerous, type Rule } from '../rule.ts';

export const reindexUnderLock: Rule = {
  id: 'reindex-under-lock',
  title: 'An index is built again while nobody can use it',
  problem:
    'REINDEX keeps writers out of the table and holds ACCESS EXCLUSIVE on the index. Planning any query on the table looks at all its indexes, so readers wait too.',
  instead: 'Write REINDEX ... CONCURRENTLY, outside a transaction.',
  example: {
    given: 'CREATE TABLE books (id bigint PRIMARY KEY, title text)',
    sql: 'REINDEX TABLE books',
    wrapping: 'none',
  },
  predict(action) {
    return action.does === 'reindex' && !action.concurrently
      ? dangerous('Builds indexes again while nobody can write to their table, or use them.')
      : null;
  },
};
