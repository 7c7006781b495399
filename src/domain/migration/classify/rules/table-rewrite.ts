import { tablesAmong } from '../evidence.ts';
import { dangerous, listed, review, type Rule } from '../rule.ts';

const mayBeFree = ['varchar', 'numeric', 'timestamptz', 'timestamp', 'varbit', 'interval'];

export const tableRewrite: Rule = {
  id: 'table-rewrite',
  title: 'Every row is written again while nobody can use the table',
  problem:
    'PostgreSQL makes a new copy of the table and its indexes under ACCESS EXCLUSIVE. Until it is done no query on the table is answered, and the disk must hold both copies.',
  instead: 'Make the change on a column or table beside the old one, fill it in batches, and switch.',
  example: {
    given: 'CREATE TABLE books (id bigint PRIMARY KEY, title text)',
    sql: 'ALTER TABLE books ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()',
  },
  judge(evidence) {
    const { rewritten, scanned } = evidence.seen;
    const tables = tablesAmong(rewritten, evidence).filter((name) => scanned.includes(name));
    return tables.length === 0
      ? null
      : dangerous(`Writes every row of ${listed(tables)} again under ACCESS EXCLUSIVE.`);
  },
  predict(action, { newTables }) {
    if (action.does === 'rewrite') {
      return newTables.has(action.table) ? null : dangerous(`${action.by} writes every row of ${action.table} again.`);
    }
    if (action.does === 'change-type' && !newTables.has(action.table)) {
      // The old type is not in the text; a change to one of these is often free.
      if (action.type === 'text') return null;
      const reason = `A new type for ${action.table}.${action.column} may write every row again.`;
      return mayBeFree.includes(action.type)
        ? review(`${reason} The text does not tell the old one.`)
        : dangerous(reason);
    }
    if (action.does !== 'add-column' || newTables.has(action.table)) return null;
    const { column, table } = action;
    const perRow = column.default === 'per-row' || column.identity || column.generated === 'stored';
    return perRow
      ? dangerous(`${table}.${column.name} gets a value of its own in every row, so all of them are written again.`)
      : null;
  },
};
