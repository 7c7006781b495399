import { listed, review, type Rule } from '../rule.ts';

export const viewRefresh: Rule = {
  id: 'view-refresh',
  title: 'A materialized view cannot be read while it is filled',
  problem: 'REFRESH holds ACCESS EXCLUSIVE on the view for as long as its query takes.',
  instead: 'Give the view a unique index and refresh it with CONCURRENTLY.',
  example: {
    given:
      'CREATE TABLE books (id bigint PRIMARY KEY); CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM books; CREATE UNIQUE INDEX counted_n ON counted (n)',
    sql: 'REFRESH MATERIALIZED VIEW counted',
  },
  judge({ seen }) {
    const views = seen.held
      .filter((one) => one.kind === 'materialized view' && one.blocks.length > 0)
      .map((one) => one.relation);
    const slow = views.filter((name) => seen.rewritten.includes(name) || seen.scanned.includes(name));
    return slow.length === 0 ? null : review(`Nobody can read ${listed(slow)} until its query is done.`);
  },
  predict: (action, { newTables }) =>
    action.does === 'refresh' && !action.concurrently && !newTables.has(action.view)
      ? review(`Nobody can read ${action.view} until its query is done.`)
      : null,
};
