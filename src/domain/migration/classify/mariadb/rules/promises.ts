import { listed } from '../../rule.ts';
import { books, type MariadbRule } from '../rule.ts';

/** What the running release, or the reader of the schema, may wrongly rely on. */
export const promisesKept: readonly MariadbRule[] = [
  {
    id: 'required-column',
    title: 'A new column must be filled, and the running release does not know it',
    problem:
      'In strict mode, which is the default, an INSERT without the column is refused: those of the running release are. Without strict mode rows get 0 or an empty text that nobody meant.',
    instead: 'Add it with a default, or as one that may be NULL; demand it once every release fills it.',
    example: {
      given: books,
      sql: 'ALTER TABLE books ADD COLUMN shelf int NOT NULL',
      safer: 'ALTER TABLE books ADD COLUMN shelf int NOT NULL DEFAULT 0, ALGORITHM=INSTANT, LOCK=NONE',
    },
    aboutOldRelease: true,
    judge(_asked, { changes }) {
      const columns = changes.flatMap((one) => (one.kind === 'required-column-added' ? [one.column] : []));
      if (columns.length === 0) return null;
      return {
        class: 'dangerous',
        reason: `${listed(columns)} must be filled in strict mode, and the running release does not know it.`,
      };
    },
  },
  {
    id: 'unchecked-foreign-key',
    title: 'A foreign key is added without looking at the rows that are there',
    problem:
      'With foreign_key_checks=0 the server adds it at once, and never looks at the rows of before: those without a parent stay, and the schema says that there are none.',
    instead: 'Look for rows without a parent first, and mend them; then the key tells the truth.',
    example: {
      given: `${books}; CREATE TABLE pages_of (id int PRIMARY KEY, book_id int, KEY (book_id)) ENGINE = InnoDB`,
      sql: 'SET foreign_key_checks = 0; ALTER TABLE pages_of ADD FOREIGN KEY (book_id) REFERENCES books (id)',
    },
    judge(asked, { algorithm }) {
      // With the checks on, MariaDB copies the table; whatever is kinder did not look at the rows.
      if (asked.does !== 'alter' || algorithm === null || algorithm === 'COPY') return null;
      const adds = asked.commands.some(({ words }) => words[0] === 'ADD' && words.includes('FOREIGN'));
      return adds
        ? {
            class: 'review',
            reason: `The foreign key of ${asked.table} is added without looking at the rows that are there.`,
          }
        : null;
    },
  },
  {
    id: 'type-change',
    title: 'A column changes its type',
    problem:
      'The running release reads another type than it was written for, and may parse, compare or round it in another way.',
    instead: 'Look at how the running release uses the column; a new column beside the old one leaves it alone.',
    example: {
      given: books,
      sql: 'ALTER TABLE books MODIFY pages varchar(20)',
      safer: 'ALTER TABLE books ADD COLUMN pages_text varchar(20), ALGORITHM=INSTANT, LOCK=NONE',
    },
    aboutOldRelease: true,
    judge(_asked, { changes }) {
      const changed = changes.flatMap((one) =>
        one.kind === 'type-changed' && !one.sameFamily ? [`${one.column} from ${one.from} to ${one.to}`] : [],
      );
      return changed.length === 0
        ? null
        : { class: 'review', reason: `Changes ${listed(changed)}; the running release reads another type.` };
    },
  },
  {
    id: 'drops-not-null',
    title: 'A column may become NULL that never was',
    problem: 'The running release never met a NULL there, and may fail on the first one that the new release writes.',
    instead: 'See that the new release writes none as long as the old one may come back.',
    example: { given: books, sql: 'ALTER TABLE books MODIFY title varchar(100) NULL' },
    aboutOldRelease: true,
    judge(_asked, { changes }) {
      const columns = changes.flatMap((one) => (one.kind === 'nullable-made' ? [one.column] : []));
      return columns.length === 0
        ? null
        : { class: 'review', reason: `${listed(columns)} may become NULL; the running release never met one.` };
    },
  },
];
