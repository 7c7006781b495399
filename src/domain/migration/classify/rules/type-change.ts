import { listed, review, type Rule } from '../rule.ts';

export const typeChange: Rule = {
  id: 'type-change',
  title: 'A column changes its type without being rewritten',
  problem:
    'The table is not touched, so it is quick. But the running release reads another type than it was written for, and may parse or compare it in another way.',
  instead: 'Look at how the running release uses the column.',
  example: {
    given: 'CREATE TABLE books (id bigint PRIMARY KEY, printed_at timestamp)',
    sql: 'ALTER TABLE books ALTER COLUMN printed_at TYPE timestamptz',
  },
  aboutOldRelease: true,
  judge({ seen }) {
    if (seen.rewritten.length > 0) return null;
    const changed = seen.changes.flatMap((change) =>
      change.kind === 'type-changed' && !change.sameFamily
        ? [`${change.column} from ${change.from} to ${change.to}`]
        : [],
    );
    return changed.length === 0 ? null : review(`Changes ${listed(changed)}; the running release reads another type.`);
  },
};
