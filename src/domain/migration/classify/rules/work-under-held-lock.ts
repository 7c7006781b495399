import { blocked, whom } from '../evidence.ts';
import { dangerous, listed, type Rule } from '../rule.ts';

export const workUnderHeldLock: Rule = {
  id: 'work-under-held-lock',
  title: 'Slow work in a transaction that already keeps others out',
  problem:
    'Locks stay until the end of the transaction. A statement that is harmless by itself, such as VALIDATE CONSTRAINT, becomes an outage behind one that took a strong lock for what should have been a moment.',
  instead: 'Put the slow statement into a migration file (and so a transaction) of its own.',
  example: {
    given: 'CREATE TABLE books (id bigint PRIMARY KEY, price numeric)',
    sql: 'ALTER TABLE books ADD CONSTRAINT price_positive CHECK (price >= 0) NOT VALID;\nALTER TABLE books VALIDATE CONSTRAINT price_positive',
    wrapping: 'file',
  },
  judge(evidence) {
    const { scanned, rewritten } = evidence.seen;
    const work = [...new Set([...scanned, ...rewritten])];
    const waiting = blocked(evidence, 'an earlier statement');
    if (work.length === 0 || waiting.length === 0) return null;
    return dangerous(
      `Works through ${listed(work)} while an earlier statement of the same transaction still keeps others out of ${whom(waiting)}.`,
    );
  },
  predict(action, { lockedTables, newTables }) {
    if (lockedTables.size === 0) return null;
    const slow = action.does === 'validate' || (action.does === 'write' && action.verb !== 'insert');
    if (!slow || newTables.has(action.table)) return null;
    return dangerous(
      `Works through ${action.table} while an earlier statement of the same transaction keeps others out of ${listed([...lockedTables])}.`,
    );
  },
};
