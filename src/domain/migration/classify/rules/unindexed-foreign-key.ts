import { listed, note, type Rule } from '../rule.ts';

export const unindexedForeignKey: Rule = {
  id: 'unindexed-foreign-key',
  title: 'A foreign key has no index on its own columns',
  problem: 'Each DELETE or key change in the referenced table reads the whole referencing table to find its rows.',
  instead: 'Create an index that begins with the columns of the key.',
  example: {
    given: 'CREATE TABLE books (id bigint PRIMARY KEY)',
    sql: 'CREATE TABLE reviews (id bigint PRIMARY KEY, book_id bigint REFERENCES books (id))',
  },
  judge({ seen }) {
    const keys = seen.changes.flatMap((change) =>
      change.kind === 'foreign-key-without-index' ? [change.constraint] : [],
    );
    return keys.length === 0 ? null : note(`No index begins with the columns of ${listed(keys)}.`);
  },
};
