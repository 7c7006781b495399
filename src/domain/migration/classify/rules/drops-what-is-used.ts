import type { SchemaChange } from '../changes.ts';
import { dangerous, listed, type Rule } from '../rule.ts';

const inUse = ['table', 'column', 'view', 'materialized view', 'foreign table', 'sequence', 'schema'];

export const dropsWhatIsUsed: Rule = {
  id: 'drops-what-is-used',
  title: 'Something that the running release may use is dropped',
  problem:
    'Until the new release serves alone, the old one still reads and writes the old schema, and a rollback brings it back. What is dropped is gone, with its data and with everything that CASCADE takes along.',
  instead: 'Ship a release that no longer uses it, and drop it in a contract step after the bake.',
  example: {
    given: 'CREATE TABLE books (id bigint PRIMARY KEY, subtitle text)',
    sql: 'ALTER TABLE books DROP COLUMN subtitle',
  },
  aboutOldRelease: true,
  judge({ seen }) {
    const lost = seen.changes.flatMap((change) => (isLoss(change) ? [`${change.object} ${change.name}`] : []));
    return lost.length === 0 ? null : dangerous(`Drops ${listed(lost)}.`);
  },
  predict(action, { newTables }) {
    if (action.does === 'drop-column' && !newTables.has(action.table))
      return dangerous(`Drops column ${action.table}.${action.column}.`);
    if (action.does !== 'drop' || !inUse.includes(action.object)) return null;
    const old = action.names.filter((name) => !newTables.has(name));
    return old.length === 0 ? null : dangerous(`Drops ${action.object} ${listed(old)}.`);
  },
};

function isLoss(change: SchemaChange): change is Extract<SchemaChange, { kind: 'dropped' }> {
  return change.kind === 'dropped' && inUse.includes(change.object);
}

export const emptiesTable: Rule = {
  id: 'empties-table',
  title: 'All rows of a table are removed',
  problem: 'TRUNCATE takes ACCESS EXCLUSIVE and the rows are gone; the running release finds an empty table.',
  instead: 'Delete in batches what is not needed, or fill a new table and switch.',
  example: { given: 'CREATE TABLE visits (at timestamptz)', sql: 'TRUNCATE visits' },
  judge({ seen, actions }) {
    const emptied = seen.rewritten.filter((name) => !seen.scanned.includes(name));
    const canTruncate = actions.some((action) => action.does === 'truncate' || action.does === 'opaque');
    return emptied.length === 0 || !canTruncate ? null : dangerous(`Removes all rows of ${listed(emptied)}.`);
  },
  predict(action, { newTables }) {
    if (action.does !== 'truncate') return null;
    const old = action.tables.filter((name) => !newTables.has(name));
    return old.length === 0 ? null : dangerous(`Removes all rows of ${listed(old)}.`);
  },
};
