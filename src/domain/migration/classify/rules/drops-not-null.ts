import { listed, review, type Rule } from '../rule.ts';

export const dropsNotNull: Rule = {
  id: 'drops-not-null',
  title: 'A column may become NULL',
  problem: 'The running release has never met a NULL there, and may fail on the first one that the new release writes.',
  instead: 'Ship a release that can read NULL first.',
  example: {
    given: 'CREATE TABLE books (id bigint PRIMARY KEY, title text NOT NULL)',
    sql: 'ALTER TABLE books ALTER COLUMN title DROP NOT NULL',
  },
  aboutOldRelease: true,
  judge({ seen }) {
    const columns = seen.changes.flatMap((change) => (change.kind === 'nullable-made' ? [change.column] : []));
    return columns.length === 0
      ? null
      : review(`${listed(columns)} may become NULL; the running release never met one.`);
  },
  predict: (action, { newTables }) =>
    action.does === 'drop-not-null' && !newTables.has(action.table)
      ? review(`${action.table}.${action.column} may become NULL; the running release never met one.`)
      : null,
};
