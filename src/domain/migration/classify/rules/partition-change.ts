import { attached } from '../evidence.ts';
import { listed, review, type Rule } from '../rule.ts';

export const partitionChange: Rule = {
  id: 'partition-change',
  title: 'A partition is read through before it joins, or leaves its table',
  problem:
    'ATTACH reads every row of the new partition unless a validated CHECK says the same as its bounds. DETACH takes rows out of sight of every query on the parent, and without CONCURRENTLY stops them for a moment.',
  instead: 'Before ATTACH add the bounds as CHECK ... NOT VALID and validate it; DETACH with CONCURRENTLY.',
  example: {
    given:
      'CREATE TABLE sales (day date NOT NULL) PARTITION BY RANGE (day); CREATE TABLE sales_2025 (day date NOT NULL)',
    sql: "ALTER TABLE sales ATTACH PARTITION sales_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
  },
  judge(evidence) {
    const { seen } = evidence;
    const read = attached(evidence).filter((name) => seen.scanned.includes(name));
    if (read.length > 0) return review(`Reads every row of ${listed(read)} while nobody can use it.`);
    const gone = seen.changes.flatMap((change) => (change.kind === 'detached' ? [change.table] : []));
    return gone.length === 0 ? null : review(`The rows of ${listed(gone)} are no longer found through the parent.`);
  },
  predict(action, { newTables }) {
    if (action.does === 'attach' && !newTables.has(action.partition))
      return review(`May read every row of ${action.partition}.`);
    return action.does === 'detach'
      ? review(`The rows of ${action.partition} are no longer found through ${action.table}.`)
      : null;
  },
};
