import { mayWriteRows, tablesAmong } from '../evidence.ts';
import { dangerous, listed, review, type Rule } from '../rule.ts';

export const wholeTableWrite: Rule = {
  id: 'whole-table-write',
  title: 'Rows of a whole table are changed in one statement',
  problem:
    'Every changed row stays locked until the commit, replicas fall behind, and dead rows pile up. A failure near the end undoes all of it.',
  instead: 'Change a thousand rows at a time, each batch in a transaction of its own.',
  example: {
    given: 'CREATE TABLE books (id bigint PRIMARY KEY, language text)',
    sql: "UPDATE books SET language = 'en'",
  },
  judge(evidence) {
    if (!mayWriteRows(evidence)) return null;
    const locked = evidence.seen.held.filter((one) => one.lock === 'ROW EXCLUSIVE').map((one) => one.relation);
    const tables = tablesAmong(evidence.seen.scanned, evidence).filter((name) => locked.includes(name));
    return tables.length === 0
      ? null
      : dangerous(`Reads all of ${listed(tables)} and locks every row that it changes until the commit.`);
  },
  predict(action, { newTables }) {
    if (action.does !== 'write' || action.verb === 'insert' || newTables.has(action.table)) return null;
    if (!action.filtered) return dangerous(`Changes every row of ${action.table} in one statement.`);
    return review(`Changes rows of ${action.table}; whether an index finds them cannot be told from the text.`);
  },
};
