import { dangerous, listed, type Rule } from '../rule.ts';

const unseen = ['index', 'constraint', 'trigger', 'policy', 'default', 'extension', 'tabconstraint', 'rule'];

export const renamesWhatIsUsed: Rule = {
  id: 'renames-what-is-used',
  title: 'A name that the running release uses is changed',
  problem:
    'Between the migration and the end of the rollout two releases run at once, and each knows one of the names. Queries of the other fail.',
  instead:
    'Add the new name beside the old one (a column kept in step by triggers, a view over a renamed table), move the application over, and remove the old name in a contract step.',
  example: {
    given: 'CREATE TABLE books (id bigint PRIMARY KEY, pages integer)',
    sql: 'ALTER TABLE books RENAME COLUMN pages TO page_count',
  },
  aboutOldRelease: true,
  judge({ seen }) {
    const renamed = seen.changes.flatMap((change) =>
      change.kind === 'renamed' && !unseen.includes(change.object)
        ? [`${change.object} ${change.from} to ${change.to}`]
        : [],
    );
    return renamed.length === 0 ? null : dangerous(`Renames ${listed(renamed)}.`);
  },
  predict(action, { newTables }) {
    if (action.does !== 'rename' || unseen.includes(action.object)) return null;
    if (newTables.has(action.table ?? action.from)) return null;
    return dangerous(
      `Renames ${action.object} ${action.table === null ? '' : `${action.table}.`}${action.from} to ${action.to}.`,
    );
  },
};
