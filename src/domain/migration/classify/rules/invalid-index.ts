import { listed, review, type Rule } from '../rule.ts';

export const invalidIndex: Rule = {
  id: 'invalid-index',
  title: 'An index was left invalid',
  problem: 'It slows writes down and no query uses it. IF NOT EXISTS takes it for the real one.',
  instead: 'Drop it with CONCURRENTLY and create it again.',
  example: {
    given:
      'CREATE TABLE sales (day date NOT NULL) PARTITION BY RANGE (day); CREATE TABLE sales_2025 PARTITION OF sales DEFAULT; CREATE INDEX sales_2025_day ON sales_2025 (day); CREATE INDEX sales_day ON ONLY sales (day)',
    sql: "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'sales_2025_day'::regclass",
  },
  judge({ seen }) {
    const broken = seen.changes.flatMap((change) => (change.kind === 'index-invalid' ? [change.index] : []));
    return broken.length === 0 ? null : review(`Leaves index ${listed(broken)} invalid.`);
  },
};
