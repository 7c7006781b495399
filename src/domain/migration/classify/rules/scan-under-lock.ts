import { attached, blocked, mayWriteRows, tablesAmong, whom } from '../evidence.ts';
import { dangerous, listed, type Rule } from '../rule.ts';

export const scanUnderLock: Rule = {
  id: 'scan-under-lock',
  title: 'A table is read from end to end while others wait for it',
  problem:
    'The statement checks or indexes every row, and holds a lock all the while that reads or writes of the application conflict with. How long that takes depends on the number of rows.',
  instead: 'Split it: a quick step that changes the catalog, and a slow one under a lock that lets others work.',
  example: {
    given: 'CREATE TABLE books (id bigint PRIMARY KEY, pages integer)',
    sql: 'CREATE INDEX books_pages ON books (pages)',
  },
  judge(evidence) {
    const { rewritten } = evidence.seen;
    const waiting = blocked(evidence, 'this statement').filter((one) => !attached(evidence).includes(one.relation));
    const read = tablesAmong(evidence.seen.scanned, evidence).filter(
      (name) => !rewritten.includes(name) && !attached(evidence).includes(name),
    );
    const isView = waiting.every((one) => one.kind === 'materialized view');
    if (read.length === 0 || waiting.length === 0 || isView || onlyRows(evidence)) return null;
    return dangerous(`Reads every row of ${listed(read)} while others cannot use ${whom(waiting)}.`);
  },
  predict(action, { newTables, checkedColumns }) {
    if (action.does === 'reindex' && !action.concurrently) {
      return dangerous('Builds indexes again while nobody can write to their table, or plan a query on it.');
    }
    if (!('table' in action) || action.table === null || newTables.has(action.table)) return null;
    const { table } = action;
    if (action.does === 'create-index' && !action.concurrently) {
      return dangerous(`Reads every row of ${table} while nobody can write to it.`);
    }
    if (action.does === 'set-not-null') {
      const isKnown = checkedColumns.has(`${table}.${action.column}`);
      return isKnown ? null : dangerous(`Reads every row of ${table} while nobody can use it.`);
    }
    if (action.does === 'add-constraint') {
      const { constraint } = action;
      const free =
        !constraint.validated ||
        (constraint.index !== null && constraint.type === 'unique') ||
        constraint.type === 'other';
      return free ? null : dangerous(`Reads every row of ${table} under a lock that keeps others out.`);
    }
    if (action.does === 'add-column') {
      const checks = action.column.constraints.filter((one) => one.type !== 'foreign-key');
      return checks.length === 0
        ? null
        : dangerous(
            `A ${listed(checks.map((one) => one.type))} on the new column reads every row of ${table} while nobody can use it.`,
          );
    }
    return null;
  },
};

/** Rows that an UPDATE locked are told by another rule. */
function onlyRows(evidence: Parameters<typeof blocked>[0]): boolean {
  return mayWriteRows(evidence) && blocked(evidence, 'this statement').every((one) => one.lock === 'ROW EXCLUSIVE');
}
