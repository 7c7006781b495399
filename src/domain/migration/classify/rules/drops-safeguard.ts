import { listed, review, type Rule } from '../rule.ts';

const safeguards = ['constraint', 'default', 'trigger', 'policy', 'function', 'type', 'extension', 'enum value'];

export const dropsSafeguard: Rule = {
  id: 'drops-safeguard',
  title: 'A constraint, default, trigger, function or policy is dropped',
  problem:
    'The running release may lean on it: an INSERT that leaves a column to its default, a write that a constraint or trigger made right, a query that a function answers. Dropping a foreign key locks both tables.',
  instead: 'See that no release in service needs it; better in a contract step.',
  example: {
    given: "CREATE TABLE books (id bigint PRIMARY KEY, title text NOT NULL DEFAULT 'untitled')",
    sql: 'ALTER TABLE books ALTER COLUMN title DROP DEFAULT',
  },
  aboutOldRelease: true,
  judge({ seen }) {
    const lost = seen.changes.flatMap((change) =>
      change.kind === 'dropped' && safeguards.includes(change.object) ? [`${change.object} ${change.name}`] : [],
    );
    return lost.length === 0 ? null : review(`Drops ${listed(lost)}.`);
  },
  predict(action, { newTables }) {
    if (action.does === 'drop-default' && !newTables.has(action.table))
      return review(`Drops the default of ${action.table}.${action.column}.`);
    if (action.does === 'drop-constraint' && !newTables.has(action.table))
      return review(`Drops constraint ${action.constraint} of ${action.table}.`);
    return action.does === 'drop' && safeguards.includes(action.object)
      ? review(`Drops ${action.object} ${listed(action.names)}.`)
      : null;
  },
};
