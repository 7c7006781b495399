import { dangerous, listed, type Rule } from '../rule.ts';

export const requiredColumn: Rule = {
  id: 'required-column',
  title: 'A new column must have a value that nobody gives',
  problem:
    'On a table with rows the statement fails. On an empty one it succeeds, and then every INSERT of the running release fails, because it does not know the column.',
  instead: 'Give the column a constant default, or add it nullable and make it NOT NULL when every release fills it.',
  example: {
    given: 'CREATE TABLE books (id bigint PRIMARY KEY)',
    sql: 'ALTER TABLE books ADD COLUMN publisher text NOT NULL',
  },
  judge({ seen }) {
    const columns = seen.changes.flatMap((change) => (change.kind === 'required-column-added' ? [change.column] : []));
    return columns.length === 0
      ? null
      : dangerous(`${listed(columns)} must be filled, and the running release does not know it.`);
  },
  predict(action, { newTables }) {
    if (action.does !== 'add-column' || newTables.has(action.table)) return null;
    const { column } = action;
    const isFilled = column.default !== 'none' || column.identity || column.generated !== null;
    return column.notNull && !isFilled
      ? dangerous(`${action.table}.${column.name} must be filled, and the running release does not know it.`)
      : null;
  },
};
