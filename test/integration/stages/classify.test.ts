import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadPostgresParser } from '../../../src/adapters/sql/libpg-query.ts';
import { sql } from '../../../src/adapters/sql/index.ts';
import { existingServer } from '../../../src/databases/observe/existing-server.ts';
import type { ThrowAwayServer } from '../../../src/databases/observe/throw-away-server.ts';
import type { Classification } from '../../../src/domain/migration/classify/result.ts';
import { classify } from '../../../src/stages/classify.ts';
import type { ClassifyInput } from '../../../src/stages/classify/input.ts';
import { clock } from '../databases/observe/clock.ts';
import { mariadbWatcher, postgresWatcher } from '../../../src/databases/observe/watchers.ts';
import { startPostgres, type TestServer } from '../databases/observe/server.ts';

const books = 'CREATE TABLE books (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text, pages integer)';

describe('classify', () => {
  let server: TestServer;
  let made = 0;

  beforeAll(async () => {
    server = await startPostgres(18);
  });
  afterAll(() => server.stop());

  test('the migrations before build the schema; a file without a mark is one transaction', async () => {
    const result = await run(`ALTER TABLE books ADD CONSTRAINT paged CHECK (pages > 0) NOT VALID;
ALTER TABLE books VALIDATE CONSTRAINT paged;`);

    expect(result.statements.map((one) => [one.line, one.class])).toEqual([
      [1, 'safe'],
      [2, 'dangerous'],
    ]);
    expect(result).toMatchObject({ engine: 'postgres', mode: 'observed', class: 'dangerous' });
  });

  test('the same statements are safe when the file asks for no transaction', async () => {
    const result = await run(`-- fairway: no-transaction
ALTER TABLE books ADD CONSTRAINT paged CHECK (pages > 0) NOT VALID;
ALTER TABLE books VALIDATE CONSTRAINT paged;`);

    expect(result.class).toBe('safe');
  });

  test('a drop inside of a DO block and what CASCADE takes along are seen', async () => {
    const result = await run(
      `DO $$ BEGIN EXECUTE 'DROP TABLE ' || 'books CASCADE'; END $$;`,
      `${books}; CREATE VIEW thick_books AS SELECT * FROM books WHERE pages > 500`,
    );

    expect(result.statements[0]).toMatchObject({ class: 'dangerous', drops: ['table books', 'view thick_books'] });
  });

  test('what needs an extension that is not there is unobserved, never safe, and so is what follows', async () => {
    const result = await run('CREATE EXTENSION postgis_that_is_not_here; ALTER TABLE books ADD COLUMN place text');

    expect(result.statements.map((one) => one.class)).toEqual(['unobserved', 'unobserved']);
    expect(result.statements[0]?.reason).toMatch(
      /^Fails on the copy: extension "postgis_that_is_not_here" is not available/,
    );
    expect(result.statements[1]?.reason).toBe('Not executed: an earlier statement failed.');
  });

  test('a statement that never ends is ended, and unobserved', async () => {
    const result = await run('SELECT pg_sleep(3600)', books, { statementTimeoutMs: 300 });

    expect(result.statements[0]?.class).toBe('unobserved');
    expect(result.statements[0]?.reason).toMatch(/^Did not end on the copy within \d+\.\d s\.$/);
  });

  test('rows that already contradict a constraint make it dangerous', async () => {
    const result = await run(
      'ALTER TABLE books ADD CONSTRAINT paged CHECK (pages > 0)',
      `${books}; INSERT INTO books (pages) VALUES (-1)`,
    );

    expect(result.statements[0]).toMatchObject({ class: 'dangerous', rules: ['fails', 'scan-under-lock'] });
  });

  test('a lock that would last longer than the budget on the target is dangerous, whatever the statement', async () => {
    await server.create('target');
    await execute('target', `${books}; INSERT INTO books (pages) SELECT i FROM generate_series(1, 200000) i; ANALYZE`);
    const base = `${books}; INSERT INTO books (pages) SELECT i FROM generate_series(1, 2000) i; CREATE TABLE slow (n integer)`;
    const migration = `ALTER TABLE books ADD CONSTRAINT paged CHECK (pages > 0)`;
    const result = await run(migration, base, { targetUrl: server.url('target'), budgetMs: 1 });
    const writes = await rows('target', 'SELECT count(*)::int AS n FROM books WHERE pages IS NULL');

    expect(result.statements[0]?.rules).toContain('over-budget');
    expect(result.statements[0]?.predictedMs).toBeGreaterThan(result.statements[0]?.ms ?? 0);
    expect(writes).toEqual([{ n: 0 }]);
  });

  test('a syntax error is refused with file, line, column and the words of the server', async () => {
    await expect(run('SELECT 1;\nALTR TABLE books')).rejects.toMatchObject({
      code: 'MIGRATION_SYNTAX',
      message: 'migrations/0002.sql:2:1: syntax error at or near "ALTR"',
    });
  });

  test('a base that cannot be built is named with its place', async () => {
    await expect(run('SELECT 1', 'CREATE TABLE a (b no_such_type)')).rejects.toMatchObject({
      code: 'BASE_SCHEMA_FAILS',
      message: 'migrations/0001.sql:1:1: the base schema cannot be built: type "no_such_type" does not exist',
    });
  });

  test('a contract file may drop what no release uses any more', async () => {
    const result = await run('-- fairway: contract\nALTER TABLE books DROP COLUMN title');

    expect(result.class).toBe('safe');
  });

  test('a server on another host is refused before anything is asked of it', async () => {
    const url = 'postgres://app:secret@db.example.org/shop';

    await expect(existingServer(url, false, sql)).rejects.toMatchObject({ code: 'NOT_EPHEMERAL', exitCode: 3 });
    await expect(existingServer(url, false, sql)).rejects.not.toThrow(/secret/);
  });

  test('a database that somebody is connected to is in use, and refused', async () => {
    await server.create('in_use');
    const somebody = await server.connect('in_use');
    const refused = existingServer(server.url('in_use'), false, sql);

    await expect(refused).rejects.toThrow('1 other connection(s) use 127.0.0.1');
    await somebody.close();
  });

  test('a copy of a database is watched, and the database itself stays as it was', async () => {
    await server.create('scratch');
    await execute('scratch', books);
    const { server: copies, database } = await existingServer(server.url('scratch'), false, sql);
    const result = await run('DROP TABLE books', '', { base: { kind: 'copy', database } }, copies);
    const kept = await rows('scratch', "SELECT to_regclass('books')::text AS name");
    const left = await rows(
      'postgres',
      "SELECT count(*)::int AS n FROM pg_database WHERE datname LIKE 'fairway_classify%'",
    );

    expect(result.statements[0]).toMatchObject({ class: 'dangerous', drops: ['table books'] });
    expect(kept).toEqual([{ name: 'books' }]);
    expect(left).toEqual([{ n: 0 }]);
  });

  async function run(
    migration: string,
    base = books,
    more: Partial<ClassifyInput> = {},
    on?: ThrowAwayServer,
  ): Promise<Classification> {
    return await classify(
      {
        engine: 'postgres',
        files: [{ path: 'migrations/0002.sql', text: migration }],
        base: { kind: 'scripts', files: [{ path: 'migrations/0001.sql', text: base }] },
        wrapping: 'fairway',
        isStatic: false,
        targetUrl: null,
        budgetMs: 60_000,
        statementTimeoutMs: 20_000,
        ...more,
      },
      {
        clock,
        sql,
        postgres: postgresWatcher,
        mariadb: mariadbWatcher,
        reporter: { report: () => undefined },
        random: () => `n${(made += 1)}`,
        loadParser: loadPostgresParser,
        startServer: () => Promise.resolve(on ?? borrowed()),
      },
    );
  }

  /** The test's own server, which outlives each classification. */
  function borrowed(): ThrowAwayServer {
    return {
      version: '18',
      url: (database) => server.url(database),
      create: (database, template) => server.create(database, template),
      drop: (database) => execute('postgres', `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`),
      stop: () => Promise.resolve(),
    };
  }

  async function execute(database: string, text: string): Promise<void> {
    await rows(database, text);
  }

  async function rows(database: string, text: string): Promise<unknown> {
    const connection = await server.connect(database);
    try {
      return await connection.query(text);
    } finally {
      await connection.close();
    }
  }
});
