import { listed } from '../../rule.ts';
import { books, type MariadbRule } from '../rule.ts';

/** Who has to wait, and what the server works through. */
export const locks: readonly MariadbRule[] = [
  {
    id: 'blocks-writers',
    title: 'Nobody can write to the table until the statement is done',
    problem:
      'The server was asked for every kinder way and refused each of them on a table of this shape. It copies the table, or keeps it locked, for as long as it has rows; a virtual column, a FULLTEXT index or a compressed table is often why.',
    instead:
      'Add a new column or table beside the old one, fill it in batches, and move the release over; or do it while nobody writes, within a declared window.',
    example: {
      given: books,
      sql: 'ALTER TABLE books MODIFY pages bigint',
      safer: 'ALTER TABLE books ADD COLUMN pages_wide bigint, ALGORITHM=INSTANT, LOCK=NONE',
    },
    judge(asked, seen) {
      const isInstant = asked.does === 'rename-table' || (seen.algorithm === 'INSTANT' && !seen.rebuilt);
      if (seen.lock === null || seen.lock === 'NONE' || isInstant) return null;
      return {
        class: 'dangerous',
        reason: `MariaDB accepts nothing kinder than ALGORITHM=${seen.algorithm}, LOCK=${seen.lock}: nobody can write to ${seen.table} until it is done.`,
      };
    },
  },
  {
    id: 'whole-table-write',
    title: 'One statement changes or removes rows of a whole table',
    problem:
      'It locks each row that it meets until it commits, fills the undo log, and replicas repeat it as one long transaction.',
    instead: 'Work in batches by the primary key, each in a transaction of its own, with a pause where replicas lag.',
    example: {
      given: books,
      sql: 'UPDATE books SET pages = 0',
      safer: 'UPDATE books SET pages = 0 WHERE id BETWEEN 1 AND 1000',
    },
    judge(asked, { scanned }) {
      if (asked.does !== 'write' || asked.verb === 'insert' || scanned.length === 0) return null;
      return {
        class: 'dangerous',
        reason: `Reads all of ${listed(scanned)} and locks every row that it meets until the commit.`,
      };
    },
  },
  {
    id: 'rebuilds-table',
    title: 'The table is made anew while others go on',
    problem:
      'Writers go on, and what they write is kept in a log of limited size (innodb_online_alter_log_max_size) and added at the end. The disk needs room for a second table, and a replica does it all again before it goes on.',
    instead: 'Keep what the server promised in the statement, and run it when little is written.',
    example: {
      given: books,
      sql: 'ALTER TABLE books MODIFY pages int NOT NULL',
      safer: 'ALTER TABLE books MODIFY pages int NOT NULL, ALGORITHM=INPLACE, LOCK=NONE',
    },
    judge(_asked, { algorithm, lock, table, rebuilt }) {
      const isOnline = (algorithm === 'INPLACE' || algorithm === 'COPY') && lock === 'NONE';
      if (!isOnline && !(rebuilt && algorithm === null)) return null;
      return {
        class: 'review',
        reason: `Writes every row of ${table} again (${algorithm ?? 'a rebuild'}); others go on, replicas and disk feel it.`,
      };
    },
  },
  {
    id: 'builds-index',
    title: 'An index is built while others go on',
    problem:
      'Every row is read and sorted. Writers go on, and what they write meanwhile is kept in a log of limited size; when it overflows, the statement fails.',
    instead:
      'Keep what the server promised in the statement, so that it fails on a table that has drifted instead of blocking.',
    example: {
      given: books,
      sql: 'CREATE INDEX books_pages ON books (pages)',
      safer: 'CREATE INDEX books_pages ON books (pages) ALGORITHM=NOCOPY LOCK=NONE',
    },
    judge: (_asked, { algorithm, lock, table }) =>
      algorithm === 'NOCOPY' && lock === 'NONE'
        ? {
            class: 'review',
            reason: `Works through every row of ${table} while others go on; writes that arrive meanwhile are kept in a log of limited size.`,
          }
        : null,
  },
];
