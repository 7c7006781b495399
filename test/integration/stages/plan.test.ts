import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadPostgresParser } from '../../../src/adapters/sql/libpg-query.ts';
import { sql } from '../../../src/adapters/sql/index.ts';
import type { PostgresParser } from '../../../src/domain/migration/classify/statement.ts';
import type { SqlConnection } from '../../../src/ports.ts';
import { planMigration, type PlanResult } from '../../../src/stages/plan.ts';
import { clock } from '../databases/observe/clock.ts';
import { mariadbWatcher, postgresWatcher } from '../../../src/databases/observe/watchers.ts';
import { startPostgres, type TestServer } from '../databases/observe/server.ts';

const base = `
CREATE TABLE authors (id bigint PRIMARY KEY, name text);
CREATE TABLE books (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title text NOT NULL DEFAULT 'untitled',
  pages integer CHECK (pages > 0),
  author_id bigint REFERENCES authors (id),
  code text UNIQUE,
  printed timestamp
);
COMMENT ON COLUMN books.pages IS 'without the cover';
CREATE INDEX books_pages ON books (pages) WHERE pages > 10;
CREATE INDEX books_title ON books (lower(title));
INSERT INTO authors VALUES (1, 'Sei');
INSERT INTO books (pages, code, author_id) SELECT i, 'c' || i, 1 FROM generate_series(1, 2500) i;
`;

const dangerous: readonly (readonly [situation: string, sql: string])[] = [
  [
    'a renamed column with a check, a partial index and a comment',
    'ALTER TABLE books RENAME COLUMN pages TO page_count',
  ],
  [
    'a renamed column that is NOT NULL, with a default and an index on an expression',
    'ALTER TABLE books RENAME COLUMN title TO name',
  ],
  ['a renamed foreign key', 'ALTER TABLE books RENAME COLUMN author_id TO writer_id'],
  ['a renamed unique column', 'ALTER TABLE books RENAME COLUMN code TO isbn'],
  ['a wider number', 'ALTER TABLE books ALTER COLUMN pages TYPE bigint'],
  [
    'another type by an expression',
    "ALTER TABLE books ALTER COLUMN printed TYPE timestamptz USING printed AT TIME ZONE 'Europe/Madrid'",
  ],
  [
    'NOT NULL on a column with a default',
    "ALTER TABLE books ALTER COLUMN code SET DEFAULT 'none'; ALTER TABLE books ALTER COLUMN code SET NOT NULL",
  ],
  [
    'a column with a value of its own in every row',
    'ALTER TABLE books ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()',
  ],
  ['a dropped column and a dropped index', 'ALTER TABLE books DROP COLUMN code; DROP INDEX books_title'],
  ['a renamed table', 'ALTER TABLE books RENAME TO volumes'],
  [
    'a split table',
    `CREATE TABLE stock (book_id bigint PRIMARY KEY REFERENCES books (id), pages integer, title text);
     INSERT INTO stock (book_id, pages, title) SELECT id, pages, title FROM books;
     ALTER TABLE books DROP COLUMN pages, DROP COLUMN title`,
  ],
];

describe('plan expand-contract', () => {
  let server: TestServer;
  let parser: PostgresParser;
  let made = 0;

  beforeAll(async () => {
    [server, parser] = await Promise.all([startPostgres(18), loadPostgresParser()]);
    await server.create('shop');
    await execute('shop', base);
  });
  afterAll(() => server.stop());

  test.each(dangerous)('%s: every step is safe, and the schema ends up the same', async (_situation, text) => {
    const { original, files, proof } = await plan(text);

    expect(original.class).toMatch(/dangerous|review/);
    expect(proof.class).toBe('safe');
    expect(files.at(-1)?.name).toMatch(/^000[78]_change_(expand|contract)\.sql$/);
  });

  test('while both releases write, each sees what the other wrote; the contract step loses nothing', async () => {
    const { files } = await plan('ALTER TABLE books RENAME COLUMN pages TO page_count');
    await server.create('two_releases', 'shop');
    const [expand, contract] = files;
    await inSteps('two_releases', expand?.text ?? '');
    await execute('two_releases', "INSERT INTO books (pages, code) VALUES (11, 'old')");
    await execute('two_releases', "INSERT INTO books (page_count, code) VALUES (12, 'new')");
    await execute('two_releases', "UPDATE books SET pages = 21 WHERE code = 'new'");
    await execute('two_releases', "UPDATE books SET page_count = 22 WHERE code = 'old'");
    const both = await rows(
      'two_releases',
      "SELECT code, pages, page_count FROM books WHERE code IN ('old', 'new') ORDER BY code",
    );
    const apart = await rows(
      'two_releases',
      'SELECT count(*)::int AS n FROM books WHERE pages IS DISTINCT FROM page_count',
    );
    await inSteps('two_releases', contract?.text ?? '');
    const after = await rows('two_releases', 'SELECT count(*)::int AS n, sum(page_count)::int AS pages FROM books');

    expect(both).toEqual([
      { code: 'new', pages: 21, page_count: 21 },
      { code: 'old', pages: 22, page_count: 22 },
    ]);
    expect(apart).toEqual([{ n: 0 }]);
    expect(after).toEqual([{ n: 2502, pages: (2500 * 2501) / 2 + 21 + 22 }]);
  });

  test('a split table carries writes both ways, and what was deleted meanwhile stays away', async () => {
    const { files } = await plan(dangerous.at(-1)?.[1] ?? '');
    await server.create('split', 'shop');
    const statements = parsed(files[0]?.text ?? '');
    const deleter = await server.connect('split');
    // Deleted after the triggers stand, before the backfill comes to the row.
    for (const one of statements) {
      if (one.startsWith('DO ')) {
        await deleter.query('DELETE FROM stock WHERE book_id = 7');
        await deleter.query('DELETE FROM books WHERE id = 7');
      }
      await deleter.query(one);
    }
    await deleter.query("UPDATE books SET title = 'by the old one' WHERE id = 1");
    await deleter.query("UPDATE stock SET title = 'by the new one' WHERE book_id = 2");
    const seen = await deleter.query(
      'SELECT b.id::int, b.title, s.title AS moved FROM books b JOIN stock s ON s.book_id = b.id WHERE b.id IN (1, 2) ORDER BY 1',
    );
    const [count] = await deleter.query('SELECT count(*)::int AS n FROM stock');
    await deleter.close();

    expect(seen).toEqual([
      { id: 1, title: 'by the old one', moved: 'by the old one' },
      { id: 2, title: 'by the new one', moved: 'by the new one' },
    ]);
    expect(count).toEqual({ n: 2499 });
  });

  test('what cannot be planned is refused with its line, and nothing is written', async () => {
    await expect(plan('SELECT 1;\nALTER TABLE books SET UNLOGGED')).rejects.toMatchObject({
      code: 'PLAN_IMPOSSIBLE',
      message: expect.stringContaining('0007_change.sql:2: no steps are known for it.') as string,
    });
  });

  async function plan(text: string): Promise<PlanResult> {
    return await planMigration(
      {
        file: { path: 'migrations/0007_change.sql', text },
        base: [{ path: 'schema.sql', text: base }],
        taken: ['0001'],
        statementTimeoutMs: 20_000,
      },
      {
        clock,
        sql,
        postgres: postgresWatcher,
        mariadb: mariadbWatcher,
        reporter: { report: () => undefined },
        random: () => `n${(made += 1)}`,
        loadParser: () => Promise.resolve(parser),
        startServer: () =>
          Promise.resolve({
            version: '18',
            url: (database: string) => server.url(database),
            create: (database: string, template?: string) => server.create(database, template),
            drop: () => Promise.resolve(),
            stop: () => Promise.resolve(),
          }),
      },
    );
  }

  function parsed(text: string): readonly string[] {
    const result = parser.parse('step.sql', text);
    if (result.kind !== 'parsed') throw new Error(result.failure.message);
    return result.statements.map((one) => one.sql);
  }

  async function inSteps(database: string, text: string): Promise<void> {
    const connection = await server.connect(database);
    for (const one of parsed(text)) await connection.query(one);
    await connection.close();
  }

  async function execute(database: string, text: string): Promise<void> {
    await using(database, async (connection) => void (await connection.query(text)));
  }

  async function rows(database: string, text: string): Promise<unknown> {
    return await using(database, async (connection) => await connection.query(text));
  }

  async function using<T>(database: string, run: (connection: SqlConnection) => Promise<T>): Promise<T> {
    const connection = await server.connect(database);
    try {
      return await run(connection);
    } finally {
      await connection.close();
    }
  }
});
