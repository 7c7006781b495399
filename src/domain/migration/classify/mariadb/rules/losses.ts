import { listed } from '../../rule.ts';
import { books, type MariadbRule } from '../rule.ts';

const lossy = ['table', 'column', 'view', 'sequence'];

/** What is gone afterwards, or has another name. */
export const losses: readonly MariadbRule[] = [
  {
    id: 'drops-what-is-used',
    title: 'Something that the running release may use is dropped',
    problem:
      'MariaDB drops a column at once and commits by itself: there is no way back but a backup. The running release still reads and writes what it knows, and fails from that moment on.',
    instead:
      'First deploy a release that does not use it; then drop it in a file of its own, marked as the contract phase, once no other release serves.',
    example: {
      given: books,
      sql: 'ALTER TABLE books DROP COLUMN pages',
      safer: 'ALTER TABLE books MODIFY pages int INVISIBLE, ALGORITHM=INSTANT, LOCK=NONE',
    },
    aboutOldRelease: true,
    judge(_asked, { changes }) {
      const lost = changes.flatMap((one) =>
        one.kind === 'dropped' && lossy.includes(one.object) ? [`${one.object} ${one.name}`] : [],
      );
      return lost.length === 0 ? null : { class: 'dangerous', reason: `Drops ${listed(lost)}.` };
    },
  },
  {
    id: 'empties-table',
    title: 'All rows of a table are removed at once',
    problem: 'TRUNCATE makes the table anew and commits by itself: no transaction brings the rows back.',
    instead: 'Delete in batches of which each commits, and only what is really to go.',
    example: {
      given: books,
      sql: 'TRUNCATE TABLE books',
      safer: 'DELETE FROM books WHERE id BETWEEN 1 AND 1000',
    },
    judge: (asked) =>
      asked.does === 'truncate' ? { class: 'dangerous', reason: `Removes all rows of ${asked.table}.` } : null,
  },
  {
    id: 'drops-partition',
    title: 'A partition is dropped or emptied with its rows',
    problem: 'It is quick because no row is looked at: whatever the partition holds is gone, and commits by itself.',
    instead:
      'Move the partition into a table of its own first, which keeps the rows until somebody has looked at them.',
    example: {
      given:
        'CREATE TABLE sales (id int, year int) ENGINE = InnoDB PARTITION BY RANGE (year) (PARTITION p25 VALUES LESS THAN (2026), PARTITION p26 VALUES LESS THAN (2027))',
      sql: 'ALTER TABLE sales DROP PARTITION p25',
    },
    judge: (asked) =>
      asked.does === 'alter' &&
      asked.commands.some(({ words }) => ['DROP', 'TRUNCATE'].includes(words[0] ?? '') && words[1] === 'PARTITION')
        ? { class: 'dangerous', reason: `Removes the rows of a partition of ${asked.table}.` }
        : null,
  },
  {
    id: 'renames-what-is-used',
    title: 'Something that the running release uses gets another name',
    problem:
      'The server does it at once. The running release asks for the old name, and every such query fails until the new release serves everywhere.',
    instead:
      'Add the new column, let triggers keep both equal, move the release, then drop the old one: "fairway plan expand-contract" writes the files for PostgreSQL; for MariaDB write them alike.',
    example: {
      given: books,
      sql: 'ALTER TABLE books RENAME COLUMN pages TO page_count',
      safer: 'ALTER TABLE books ADD COLUMN page_count int, ALGORITHM=INSTANT, LOCK=NONE',
    },
    aboutOldRelease: true,
    judge(_asked, { changes }) {
      const renamed = changes.flatMap((one) =>
        one.kind === 'renamed' ? [`${one.object} ${one.from} to ${one.to}`] : [],
      );
      return renamed.length === 0 ? null : { class: 'dangerous', reason: `Renames ${listed(renamed)}.` };
    },
  },
  {
    id: 'drops-safeguard',
    title: 'A constraint, default, trigger or routine that guarded rows is dropped',
    problem: 'The running release relies on it: it writes rows that nobody checks or fills in any more.',
    instead: 'See that the running release writes only rows that are good without it.',
    example: {
      given: `${books}; ALTER TABLE books ADD CONSTRAINT pages_positive CHECK (pages > 0)`,
      sql: 'ALTER TABLE books DROP CONSTRAINT pages_positive',
    },
    aboutOldRelease: true,
    judge(_asked, { changes }) {
      const lost = changes.flatMap((one) =>
        one.kind === 'dropped' && ['constraint', 'default', 'trigger', 'function'].includes(one.object)
          ? [`${one.object} ${one.name}`]
          : [],
      );
      return lost.length === 0 ? null : { class: 'review', reason: `Drops ${listed(lost)}.` };
    },
  },
];
