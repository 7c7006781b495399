import { listed, review, type Rule } from '../rule.ts';

export const dropsIndex: Rule = {
  id: 'drops-index',
  title: 'An index is dropped under a lock that stops everything',
  problem:
    'DROP INDEX needs ACCESS EXCLUSIVE on the table: it is quick, but waits behind every query that runs, and every new query waits behind it. Queries that used the index become slow.',
  instead: 'Drop it with CONCURRENTLY, outside a transaction, after looking at pg_stat_user_indexes.',
  example: {
    given: 'CREATE TABLE books (id bigint PRIMARY KEY, title text); CREATE INDEX books_title ON books (title)',
    sql: 'DROP INDEX books_title',
  },
  aboutOldRelease: true,
  judge({ seen, actions }) {
    const lost = seen.changes.flatMap((change) =>
      change.kind === 'dropped' && change.object === 'index' ? [change] : [],
    );
    const unique = lost.filter((one) => one.unique);
    if (unique.length > 0)
      return review(`Drops unique index ${listed(unique.map((one) => one.name))}: duplicates are no longer refused.`);
    const gently = actions.some((action) => action.does === 'drop' && action.concurrently);
    return lost.length === 0 || gently
      ? null
      : review(`Drops index ${listed(lost.map((one) => one.name))} under ACCESS EXCLUSIVE.`);
  },
  predict(action) {
    const plain = action.does === 'drop' && action.object === 'index' && !action.concurrently;
    return plain ? review(`Drops index ${listed(action.names)} under ACCESS EXCLUSIVE.`) : null;
  },
};
