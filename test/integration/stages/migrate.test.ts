import { afterAll, beforeAll, expect, test } from 'vitest';
import { postgresInspector } from '../../../src/databases/postgres/inspect.ts';
import { schemaChecksum } from '../../../src/domain/migration/evidence.ts';
import { LockHeld } from '../../../src/errors.ts';
import { migrateDown } from '../../../src/stages/migrate-down.ts';
import { migrateApply, migrateStatus } from '../../../src/stages/migrate.ts';
import { readSchema } from '../../../src/stages/migrate/read-schema.ts';
import type { MigrationProgress } from '../../../src/stages/migrate/input.ts';
import { type MigrateWorld, migrateWorld } from './migrate-world.ts';

let here: MigrateWorld;

beforeAll(async () => {
  here = await migrateWorld();
});

afterAll(async () => await here.end());

const twelve = {
  '0001_customers.sql':
    'CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);',
  '0002_orders.sql':
    "CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, total numeric(10,2) NOT NULL);\nINSERT INTO customers (email) VALUES ('a@example.com'), ('b@example.com');\nINSERT INTO orders (customer_id, total) VALUES (1, 9.50), (2, 12.00);",
  '0003_status.sql':
    "CREATE TYPE order_status AS ENUM ('open', 'paid');\nALTER TABLE orders ADD status order_status NOT NULL DEFAULT 'open';",
  '0004_index.sql':
    'CREATE INDEX CONCURRENTLY orders_customer ON orders (customer_id);\nCREATE INDEX CONCURRENTLY orders_total ON orders (total);',
  '0005_view.sql': 'CREATE VIEW open_orders AS SELECT * FROM orders WHERE status = $$open$$;',
  '0006_function.sql':
    'CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n  NEW.email := lower(NEW.email);\n  RETURN NEW;\nEND;\n$$;\nCREATE TRIGGER lower_email BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION touch();',
  '0007_unique.sql': 'ALTER TABLE customers ADD CONSTRAINT customers_email UNIQUE (email);',
  '0008_default.sql': 'ALTER TABLE orders ALTER total SET DEFAULT 0;',
  '0009_enum.sql': "ALTER TYPE order_status ADD VALUE 'sent';",
  '0010_use_enum.sql': "UPDATE orders SET status = 'sent' WHERE id = 2;",
  '0011_search_path.sql': 'CREATE SCHEMA archive;\nSET search_path = archive;\nCREATE TABLE old_orders (id bigint);',
  '0012_widen.sql': 'BEGIN;\nALTER TABLE customers ALTER email TYPE varchar(200);\nCOMMIT;',
};

test('twelve migrations are applied in order and recorded, and a second run finds nothing to do', async () => {
  const database = await here.database();
  const input = await database.input(twelve);
  const result = await migrateApply(input, here.ports);
  expect(result).toMatchObject({ kind: 'done', alreadyApplied: 0 });
  expect(result.applied.map(({ version }) => version)).toEqual(Object.keys(twelve).map((name) => name.slice(0, 4)));
  expect(await database.ask('SELECT status, total::text FROM orders ORDER BY id')).toEqual([
    { status: 'open', total: '9.50' },
    { status: 'sent', total: '12.00' },
  ]);
  expect(await database.ask('SELECT count(*)::int AS n FROM fairway_migrations WHERE applied_at IS NOT NULL')).toEqual([
    { n: 12 },
  ]);
  expect(await database.ask("SELECT to_regclass('archive.old_orders')::text AS t")).toEqual([
    { t: 'archive.old_orders' },
  ]);
  expect(await migrateApply(input, here.ports)).toEqual({ kind: 'done', applied: [], alreadyApplied: 12, remarks: [] });
  expect(await migrateStatus(input, here.ports)).toMatchObject({ pending: [], problems: [] });
});

test('an empty database has everything pending, and looking changes nothing', async () => {
  const database = await here.database();
  const status = await migrateStatus(await database.input(twelve), here.ports);
  expect(status.pending[0]).toBe('0001_customers');
  expect(status.pending).toHaveLength(12);
  expect(await database.ask("SELECT to_regclass('fairway_migrations') AS t")).toEqual([{ t: null }]);
});

test('a file that was edited after it was applied is refused before anything is touched', async () => {
  const database = await here.database();
  await migrateApply(await database.input({ '0001_a.sql': 'CREATE TABLE a (id int);' }), here.ports);
  const edited = { '0001_a.sql': 'CREATE TABLE a (id bigint);', '0002_b.sql': 'CREATE TABLE b (id int);' };
  await expect(migrateApply(await database.input(edited), here.ports)).rejects.toMatchObject({
    family: 'gate',
    code: 'MIGRATION_EDITED',
    message: expect.stringContaining('migrations/0001_a.sql was changed after it was applied on 20'),
  });
  expect(await database.ask("SELECT to_regclass('b') AS t")).toEqual([{ t: null }]);
});

test('a syntax error is told with file, line, column, statement and the server’s words, and nothing of the file stays', async () => {
  const database = await here.database();
  const files = {
    '0001_a.sql': 'CREATE TABLE a (id int);',
    '0002_b.sql': '-- é 𝄞\nCREATE TABLE b (id int);\n\nALTER TABLE b\n  ADD COLUMN name txt;\n',
  };
  const result = await migrateApply(await database.input(files), here.ports);
  expect(result).toMatchObject({
    kind: 'failed',
    applied: [{ version: '0001' }],
    touched: true,
    failed: {
      migration: '0002_b',
      stands: 'as-before',
      failure: {
        kind: 'refused',
        place: { path: 'migrations/0002_b.sql', line: 5, column: 19 },
        statement: 'ALTER TABLE b\n  ADD COLUMN name txt',
        sqlState: '42704',
        message: 'type "txt" does not exist',
      },
      message: expect.stringContaining('migrations/0002_b.sql:5:19: type "txt" does not exist (42704)'),
    },
  });
  expect(await database.ask("SELECT to_regclass('b') AS t")).toEqual([{ t: null }]);
});

test('a first migration that fails leaves the database untouched', async () => {
  const database = await here.database();
  const result = await migrateApply(await database.input({ '0001_a.sql': 'SELEKT 1;' }), here.ports);
  expect(result).toMatchObject({
    kind: 'failed',
    touched: false,
    failed: { failure: { message: 'syntax error at or near "SELEKT"' } },
  });
});

test('a constraint that is checked at the end fails the file at its end', async () => {
  const database = await here.database();
  const files = {
    '0001_a.sql':
      'CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO a VALUES (1, 2);',
  };
  const result = await migrateApply(await database.input(files), here.ports);
  expect(result).toMatchObject({
    kind: 'failed',
    failed: { stands: 'as-before', failure: { statement: 'COMMIT', sqlState: '23503' } },
  });
});

test('a migration that drops the table of applied versions is refused and undone', async () => {
  const database = await here.database();
  const files = { '0001_a.sql': 'CREATE TABLE a (id int);', '0002_b.sql': 'DROP TABLE fairway_migrations;' };
  const result = await migrateApply(await database.input(files), here.ports);
  expect(result).toMatchObject({
    kind: 'failed',
    failed: {
      stands: 'as-before',
      failure: { hint: expect.stringContaining('must leave "fairway_migrations" alone') },
    },
  });
  expect(await database.ask('SELECT count(*)::int AS n FROM fairway_migrations')).toEqual([{ n: 1 }]);
});

test('a migration that never ends is ended by the statement timeout', async () => {
  const database = await here.database();
  const input = { ...(await database.input({ '0001_a.sql': 'SELECT pg_sleep(60);' })), statementTimeoutMs: 200 };
  const result = await migrateApply(input, here.ports);
  expect(result).toMatchObject({ kind: 'failed', failed: { stands: 'as-before', failure: { kind: 'timeout' } } });
});

test('who holds a lock is named, and the migration goes through once it is free', async () => {
  const database = await here.database();
  await migrateApply(await database.input({ '0001_a.sql': 'CREATE TABLE a (id int);' }), here.ports);
  const reader = await here.ports.sql.connect(database.url.replace('=fairway', '=report'), {
    timeoutMs: 5_000,
    applicationName: 'report',
  });
  await reader.query('BEGIN');
  await reader.query('SELECT * FROM a');
  const seen: MigrationProgress[] = [];
  const input = await database.input({
    '0001_a.sql': 'CREATE TABLE a (id int);',
    '0002_b.sql': 'ALTER TABLE a ADD b int;',
  });
  const result = await migrateApply(
    {
      ...input,
      lockRetry: { attempts: 5, firstPauseMs: 50, longestPauseMs: 100 },
      onProgress(progress) {
        seen.push(progress);
        if (progress.kind === 'waiting') void reader.close();
      },
    },
    here.ports,
  );
  expect(result).toMatchObject({ kind: 'done', applied: [{ version: '0002' }] });
  expect(seen[0]).toMatchObject({
    kind: 'waiting',
    attempt: 1,
    blockers: [{ application: 'report', state: 'idle in transaction', query: 'SELECT * FROM a' }],
  });
});

test('a lock that is never freed fails the file with who was in the way', async () => {
  const database = await here.database();
  await database.ask('CREATE TABLE a (id int)');
  const reader = await here.ports.sql.connect(database.url, { timeoutMs: 5_000, applicationName: 'report' });
  await reader.query('BEGIN; SELECT * FROM a');
  const input = await database.input({ '0001_b.sql': 'DROP TABLE a;' });
  const lockRetry = { attempts: 2, firstPauseMs: 10, longestPauseMs: 10 };
  const result = await migrateApply({ ...input, lockTimeoutMs: 200, lockRetry }, here.ports);
  await reader.close();
  expect(result).toMatchObject({
    kind: 'failed',
    failed: { stands: 'as-before', failure: { kind: 'lock', sqlState: '55P03' } },
  });
  expect(result.kind === 'failed' ? result.failed.message : '').toMatch(
    /in the way: server process \d+ \(app, "report"\), idle in transaction/,
  );
});

test('a second runner waits for the first, then finds its work done; it is told who when it may not wait', async () => {
  const database = await here.database();
  const files = { '0001_a.sql': 'SELECT pg_sleep(0.8);\nCREATE TABLE a (id int);' };
  const first = migrateApply({ ...(await database.input(files)), runId: 'first' }, here.ports);
  await here.ports.clock.sleep(300);
  const impatient = migrateApply({ ...(await database.input(files)), runId: 'second', lockWaitMs: 0 }, here.ports);
  await expect(impatient).rejects.toMatchObject({
    family: 'locked',
    code: 'MIGRATION_LOCK_HELD',
    message: expect.stringMatching(/^"fairway migrate first" of app \(server process \d+, from 127\.0\.0\.1/),
  });
  const second = await migrateApply({ ...(await database.input(files)), runId: 'third' }, here.ports);
  expect(await first).toMatchObject({ kind: 'done', applied: [{ version: '0001' }] });
  expect(second).toEqual({ kind: 'done', applied: [], alreadyApplied: 1, remarks: [] });
});

test('two runners with CREATE INDEX CONCURRENTLY at once both end', async () => {
  const database = await here.database();
  await database.ask('CREATE TABLE a AS SELECT generate_series(1, 200000) AS id');
  const files = {
    '0001_i.sql': 'CREATE INDEX CONCURRENTLY a_id ON a (id);',
    '0002_j.sql': 'DROP INDEX CONCURRENTLY a_id;',
  };
  const results = await Promise.all([
    migrateApply({ ...(await database.input(files)), runId: 'first' }, here.ports),
    migrateApply({ ...(await database.input(files)), runId: 'second' }, here.ports),
  ]);
  expect(results.map(({ kind }) => kind)).toEqual(['done', 'done']);
  expect(results.flatMap(({ applied }) => applied.map(({ version }) => version)).toSorted()).toEqual(['0001', '0002']);
});

test('a unique index that cannot be built leaves no invalid one behind, and the mended file goes on there', async () => {
  const database = await here.database();
  await database.ask('CREATE TABLE a AS SELECT 1 AS id UNION ALL SELECT 1');
  const before = 'CREATE TABLE b (id int);\n';
  const failing = await database.input({
    '0001_i.sql': `${before}CREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);\nCREATE TABLE c ();`,
  });
  expect(await migrateApply(failing, here.ports)).toMatchObject({
    kind: 'failed',
    failed: { stands: 'partial', failure: { sqlState: '23505', place: { line: 2 } } },
  });
  expect(await database.ask("SELECT to_regclass('a_id') AS i")).toEqual([{ i: null }]);
  const changedBefore = await database.input({
    '0001_i.sql': 'CREATE TABLE b (id bigint);\nCREATE INDEX CONCURRENTLY a_id ON a (id);',
  });
  expect(await migrateApply(changedBefore, here.ports)).toMatchObject({
    kind: 'failed',
    failed: { failure: { message: 'the first 1 statements already took effect, and they were changed since' } },
  });
  const mended = await database.input({
    '0001_i.sql': `${before}CREATE INDEX CONCURRENTLY a_id ON a (id);\nCREATE TABLE c ();`,
  });
  expect(await migrateApply(mended, here.ports)).toMatchObject({ kind: 'done', applied: [{ version: '0001' }] });
  expect(await database.ask("SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = 'a_id'::regclass")).toEqual([
    { valid: true },
  ]);
});

test('a run that lost its lock stops before its next statement', async () => {
  const database = await here.database();
  const files = {
    '0001_a.sql': 'CREATE TABLE a (id int);',
    '0002_b.sql': 'CREATE TABLE b (id int);\nCREATE TABLE c (id int);',
  };
  let asked = 0;
  const assertStillOurs = (): void => {
    asked += 1;
    if (asked > 3) throw new LockHeld('LOCK_LOST', 'the lock was lost');
  };
  const result = await migrateApply({ ...(await database.input(files)), assertStillOurs }, here.ports);
  expect(result).toMatchObject({
    kind: 'stopped',
    applied: [{ version: '0001' }],
    touched: true,
    reason: { code: 'LOCK_LOST' },
  });
  expect(await database.ask("SELECT to_regclass('b') AS b")).toEqual([{ b: null }]);
});

test('a signal ends the statement that runs, and the file with it', async () => {
  const database = await here.database();
  const interrupt = new AbortController();
  const input = await database.input({ '0001_a.sql': 'CREATE TABLE a (id int);\nSELECT pg_sleep(30);' });
  const running = migrateApply({ ...input, signal: interrupt.signal }, here.ports);
  const isAsleep = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND state = 'active' AND pid <> pg_backend_pid()`;
  while ((await database.ask(isAsleep))[0]?.['n'] === 0) await here.ports.clock.sleep(20);
  interrupt.abort();
  expect(await running).toMatchObject({ kind: 'stopped', touched: false, reason: { family: 'interrupted' } });
  expect(await database.ask("SELECT to_regclass('a') AS a")).toEqual([{ a: null }]);
});

test('a schema that was changed by hand after the rehearsal is refused before anything is touched', async () => {
  const database = await here.database();
  await migrateApply(await database.input({ '0001_a.sql': 'CREATE TABLE a (id int);' }), here.ports);
  const input = await database.input({
    '0001_a.sql': 'CREATE TABLE a (id int);',
    '0002_b.sql': 'CREATE TABLE b (id int);',
  });
  const rehearsedSchema = await schemaChecksum(await readSchema(input, postgresInspector, here.ports));
  await database.ask('ALTER TABLE a ADD by_hand int');
  const run = async () => await migrateApply({ ...input, inspector: postgresInspector, rehearsedSchema }, here.ports);
  await expect(run()).rejects.toMatchObject({ family: 'gate', code: 'SCHEMA_CHANGED' });
  expect(await database.ask("SELECT to_regclass('b') AS b")).toEqual([{ b: null }]);
  await database.ask('ALTER TABLE a DROP by_hand');
  expect(await run()).toMatchObject({ kind: 'done', applied: [{ version: '0002' }], remarks: [] });
});

test('what a migration leaves half done is remarked on', async () => {
  const database = await here.database();
  const files = {
    '0001_a.sql': 'CREATE TABLE a (id int);\nALTER TABLE a ADD CONSTRAINT positive CHECK (id > 0) NOT VALID;',
  };
  const result = await migrateApply({ ...(await database.input(files)), inspector: postgresInspector }, here.ports);
  expect(result).toMatchObject({
    kind: 'done',
    remarks: ['constraint positive of a is not validated: rows from before it may break it'],
  });
});

test('the last migrations are undone, newest first, and only where each has a down', async () => {
  const database = await here.database();
  const files = {
    '0001_a.sql': 'CREATE TABLE a (id int);',
    '0002_b.sql': 'CREATE TABLE b (id int);',
    '0002_b.down.sql': 'DROP TABLE b;',
    '0003_c.sql': 'CREATE INDEX CONCURRENTLY a_id ON a (id);',
    '0003_c.down.sql': 'DROP INDEX CONCURRENTLY a_id;',
  };
  const input = await database.input(files);
  await migrateApply(input, here.ports);
  await expect(migrateDown({ ...input, count: 3 }, here.ports)).rejects.toMatchObject({
    code: 'MIGRATION_DOWN_MISSING',
    hint: 'write migrations/0001_a.down.sql, or undo it by a new migration',
  });
  expect(await migrateDown({ ...input, count: 2 }, here.ports)).toMatchObject({
    kind: 'done',
    applied: [{ version: '0003' }, { version: '0002' }],
    alreadyApplied: 1,
  });
  expect(await migrateStatus(input, here.ports)).toMatchObject({ pending: ['0002_b', '0003_c'], problems: [] });
  expect(await database.ask("SELECT to_regclass('b') AS b, to_regclass('a_id') AS i")).toEqual([{ b: null, i: null }]);
});
