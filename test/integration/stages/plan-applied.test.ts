import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadPostgresParser } from '../../../src/adapters/sql/libpg-query.ts';
import { mariadbWatcher, postgresWatcher } from '../../../src/databases/observe/watchers.ts';
import type { PlannedFile } from '../../../src/domain/migration/classify/plan/facts.ts';
import { migrateApply } from '../../../src/stages/migrate.ts';
import { planMigration } from '../../../src/stages/plan.ts';
import { type MigrateWorld, migrateWorld } from './migrate-world.ts';

const base = {
  '0001_books.sql': `CREATE TABLE books (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pages integer, title text);
CREATE INDEX books_pages ON books (pages);
INSERT INTO books (pages, title) SELECT i, 'book ' || i FROM generate_series(1, 3000) i;`,
};

let here: MigrateWorld;

beforeAll(async () => {
  here = await migrateWorld();
});
afterAll(async () => await here.end());

test.each([
  [
    'a renamed column',
    'ALTER TABLE books RENAME COLUMN pages TO page_count',
    'SELECT count(page_count)::int AS n FROM books',
  ],
  ['a changed type', 'ALTER TABLE books ALTER COLUMN pages TYPE bigint', 'SELECT count(pages)::int AS n FROM books'],
  [
    'a split table',
    `CREATE TABLE titles (book_id bigint PRIMARY KEY REFERENCES books (id), title text);
     INSERT INTO titles (book_id, title) SELECT id, title FROM books;
     ALTER TABLE books DROP COLUMN title`,
    'SELECT count(title)::int AS n FROM titles',
  ],
])('%s: the planned files are applied by the runner, backfill and all', async (_situation, text, count) => {
  const database = await here.database();
  const files = await planned(text);
  const tree = { ...base, ...Object.fromEntries(files.map(({ name, text: content }) => [name, content])) };
  const result = await migrateApply(await database.input(tree), here.ports);

  expect(result).toMatchObject({ kind: 'done', alreadyApplied: 0 });
  expect(await database.ask(count)).toEqual([{ n: 3000 }]);
  expect(await database.ask("SELECT count(*)::int AS n FROM pg_trigger WHERE tgname LIKE 'fairway%'")).toEqual([
    { n: 0 },
  ]);
});

async function planned(text: string): Promise<readonly PlannedFile[]> {
  const { files } = await planMigration(
    {
      file: { path: 'migrations/0002_change.sql', text },
      base: Object.entries(base).map(([path, content]) => ({ path, text: content })),
      taken: ['0001'],
      statementTimeoutMs: 20_000,
    },
    {
      ...here.ports,
      postgres: postgresWatcher,
      mariadb: mariadbWatcher,
      reporter: { report: () => undefined },
      loadParser: loadPostgresParser,
      startServer: () => Promise.resolve({ ...here.server, stop: () => Promise.resolve() }),
    },
  );
  return files;
}
