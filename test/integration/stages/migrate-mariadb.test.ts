import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ephemeralMariadb } from '../../../src/databases/mariadb/ephemeral.ts';
import { mariadbDialect } from '../../../src/domain/migration/dialect.ts';
import { LockHeld } from '../../../src/errors.ts';
import { sqlTool } from '../../../src/migration-tools/sql.ts';
import { migrateDown } from '../../../src/stages/migrate-down.ts';
import { migrateApply, migrateStatus } from '../../../src/stages/migrate.ts';
import type { ApplyInput } from '../../../src/stages/migrate/input.ts';
import { asPromised } from '../../../src/stages/migrate/perform.ts';
import { type DatabaseWorld, databaseWorld } from '../databases/world.ts';

let world: DatabaseWorld;
let server: Awaited<ReturnType<typeof ephemeralMariadb>>;
let count = 0;

beforeAll(async () => {
  world = await databaseWorld();
  server = await ephemeralMariadb(world.context, world.ports);
});

afterAll(async () => {
  await server.stop();
  await world.remove();
});

async function database() {
  count += 1;
  const name = `db${count}`;
  await server.create(name);
  const url = server.url(name, 'fairway');
  const ask = async (text: string) => {
    const connection = await world.ports.sql.connect(url, { timeoutMs: 5_000, applicationName: 'test' });
    try {
      return await connection.query(text);
    } finally {
      await connection.close();
    }
  };
  const tree = join(world.directory, name);
  const folder = join(tree, 'migrations');
  const input = async (files: Readonly<Record<string, string>>): Promise<ApplyInput> => {
    await mkdir(folder, { recursive: true });
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
    return {
      url,
      tool: sqlTool,
      dialect: mariadbDialect,
      set: await sqlTool.list({ tree, directory: 'migrations', commit: '' }, mariadbDialect, world.ports.files),
      table: 'fairway_migrations',
      runId: 'run-1',
      lockTimeoutMs: 1_000,
      statementTimeoutMs: 20_000,
      lockWaitMs: 20_000,
    };
  };
  return { url, folder, ask, input };
}

const files = {
  '0001_a.sql':
    'CREATE TABLE a (id int AUTO_INCREMENT PRIMARY KEY, kind int NOT NULL);\nINSERT INTO a (kind) SELECT seq % 7 FROM seq_1_to_20000;',
  '0002_b.sql':
    "CREATE TABLE b (id int PRIMARY KEY, note text);\nINSERT INTO b VALUES (1, 'a;b');\nALTER TABLE a ADD COLUMN done boolean NOT NULL DEFAULT false;\nUPDATE a SET kind = kind + 1;\nCREATE INDEX a_kind ON a (kind);",
  '0003_trigger.sql':
    "DELIMITER //\nCREATE TRIGGER noting BEFORE INSERT ON b FOR EACH ROW BEGIN SET NEW.note = UPPER(NEW.note); END//\nDELIMITER ;\nINSERT INTO b VALUES (2, 'loud');",
  '0004_wide.sql': 'ALTER TABLE a MODIFY kind bigint NOT NULL;\nUPDATE a SET kind = kind + 1;\nRENAME TABLE b TO c;',
};

const look = async (ask: (text: string) => Promise<readonly unknown[]>) => ({
  a: await ask('SELECT COUNT(*) AS n, CAST(SUM(kind) AS SIGNED) AS kinds FROM a WHERE NOT done'),
  c: await ask('SELECT id, note FROM c ORDER BY id'),
  applied: await ask('SELECT COUNT(*) AS n FROM fairway_migrations WHERE applied_at IS NOT NULL'),
  type: await ask(
    "SELECT COLUMN_TYPE AS type FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'a' AND COLUMN_NAME = 'kind'",
  ),
});

const expected = {
  a: [{ n: 20_000, kinds: 99_998 }],
  c: [
    { id: 1, note: 'a;b' },
    { id: 2, note: 'LOUD' },
  ],
  applied: [{ n: 4 }],
  type: [{ type: 'bigint(20)' }],
};

test('migrations are applied statement by statement, recorded, and found done by the next run', async () => {
  const { ask, input } = await database();
  const about = await input(files);
  expect(await migrateApply(about, world.ports)).toMatchObject({ kind: 'done', alreadyApplied: 0 });
  expect(await look(ask)).toEqual(expected);
  expect(await migrateApply(about, world.ports)).toMatchObject({ kind: 'done', applied: [], alreadyApplied: 4 });
  expect(await migrateStatus(about, world.ports)).toMatchObject({ pending: [], problems: [] });
});

test('a failure in the middle is no "dirty" database: the mended file goes on behind what took effect', async () => {
  const { ask, input } = await database();
  const failing = {
    '0001_a.sql':
      'CREATE TABLE a (id int PRIMARY KEY);\nINSERT INTO a VALUES (1);\n\nALTER TABLE a\n  ADD COLUMN b text,,;',
  };
  expect(await migrateApply(await input(failing), world.ports)).toMatchObject({
    kind: 'failed',
    touched: true,
    failed: {
      stands: 'partial',
      failure: {
        place: { path: 'migrations/0001_a.sql', line: 5 },
        sqlState: '1064',
        statement: 'ALTER TABLE a\n  ADD COLUMN b text,,',
      },
    },
  });
  const mended = { '0001_a.sql': failing['0001_a.sql'].replace(',,', '') };
  expect(await migrateApply(await input(mended), world.ports)).toMatchObject({
    kind: 'done',
    applied: [{ version: '0001' }],
  });
  expect(await ask('SELECT * FROM a')).toEqual([{ id: 1, b: null }]);
});

test('an edited file is refused, and a second runner is told who has the lock', async () => {
  const { input } = await database();
  await migrateApply(await input({ '0001_a.sql': 'CREATE TABLE a (id int);' }), world.ports);
  await expect(
    migrateApply(await input({ '0001_a.sql': 'CREATE TABLE a (id bigint);' }), world.ports),
  ).rejects.toMatchObject({ code: 'MIGRATION_EDITED' });
  const slow = await input({ '0001_a.sql': 'CREATE TABLE a (id int);', '0002_b.sql': 'DO SLEEP(1);' });
  const first = migrateApply(slow, world.ports);
  await world.ports.clock.sleep(400);
  await expect(migrateApply({ ...slow, lockWaitMs: 0 }, world.ports)).rejects.toBeInstanceOf(LockHeld);
  expect(await first).toMatchObject({ kind: 'done' });
});

test('an open transaction in the way is named, and the statement is tried again', async () => {
  const { url, input } = await database();
  await migrateApply(await input({ '0001_a.sql': 'CREATE TABLE a (id int);' }), world.ports);
  const reader = await world.ports.sql.connect(url, { timeoutMs: 5_000, applicationName: 'report' });
  await reader.query('BEGIN');
  await reader.query('SELECT * FROM a');
  const seen: unknown[] = [];
  const result = await migrateApply(
    {
      ...(await input({ '0001_a.sql': 'CREATE TABLE a (id int);', '0002_b.sql': 'ALTER TABLE a ADD b int;' })),
      lockRetry: { attempts: 5, firstPauseMs: 50, longestPauseMs: 100 },
      onProgress(progress) {
        seen.push(progress);
        if (progress.kind === 'waiting') void reader.close();
      },
    },
    world.ports,
  );
  expect(result).toMatchObject({ kind: 'done', applied: [{ version: '0002' }] });
  expect(seen[0]).toMatchObject({ kind: 'waiting', blockers: [{ user: 'fairway', state: 'idle in transaction' }] });
});

test('the last migration is undone by its down', async () => {
  const { input } = await database();
  const about = await input({ '0001_a.sql': 'CREATE TABLE a (id int);', '0001_a.down.sql': 'DROP TABLE a;' });
  await migrateApply(about, world.ports);
  expect(await migrateDown({ ...about, count: 1 }, world.ports)).toMatchObject({
    kind: 'done',
    applied: [{ version: '0001' }],
  });
  expect(await migrateStatus(about, world.ports)).toMatchObject({ pending: ['0001_a'] });
});

const program = join(import.meta.dirname, 'programs', 'runs-migrations.ts');
const points = Number(process.env['FAIRWAY_KILL_POINTS'] ?? '5');

test.each(Array.from({ length: points }, (_, i) => Math.round((i * 600) / points)))(
  'a runner that is killed %i ms after it began leaves nothing that the next run does not bring to the same end',
  async (afterMs) => {
    const { url, folder, ask, input } = await database();
    const about = await input(files);
    const runner = spawn(process.execPath, [program, url, folder, 'mariadb'], {
      // Killed, it cannot remove what it made: it makes it where we do.
      env: { ...process.env, TMPDIR: world.directory },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(runner, 'exit');
    await once(runner.stdout, 'data');
    await world.ports.clock.sleep(afterMs);
    runner.kill('SIGKILL');
    await exited;
    expect(await migrateApply(about, world.ports)).toMatchObject({ kind: 'done' });
    expect(await look(ask)).toEqual(expected);
  },
);

test('a target that has drifted refuses what the rehearsal promised instead of blocking, and the run goes on when that is undone', async () => {
  const { ask, input } = await database();
  const before = { '0001_books.sql': 'CREATE TABLE books (id int PRIMARY KEY, title varchar(60), pages int);' };
  expect(await migrateApply(await input(before), world.ports)).toMatchObject({ kind: 'done' });
  await ask('CREATE FULLTEXT INDEX words ON books (title)');
  const about = await input({
    ...before,
    '0002_isbn.sql': 'ALTER TABLE books ADD price int;\n\nALTER TABLE books ADD isbn varchar(20) AFTER id;',
  });
  const promises = new Map([
    ['migrations/0002_isbn.sql:1:1', { algorithm: 'INPLACE', lock: 'SHARED' } as const],
    ['migrations/0002_isbn.sql:3:1', { algorithm: 'INSTANT', lock: 'NONE' } as const],
  ]);
  const promised = { ...about, perform: asPromised(promises) };
  const columns = async () =>
    (
      await ask(
        "SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'books' ORDER BY ORDINAL_POSITION",
      )
    ).map(({ name }) => name);

  const refused = await migrateApply(promised, world.ports);
  const between = await columns();
  await ask('DROP INDEX words ON books');
  // The hidden column of the index goes only with the table's next rebuild.
  await ask('ALTER TABLE books FORCE');
  const resumed = await migrateApply(promised, world.ports);

  expect(refused).toMatchObject({
    kind: 'failed',
    failed: {
      stands: 'partial',
      failure: { kind: 'refused', sqlState: expect.stringMatching(/^184[56]$/) },
      message: expect.stringContaining('in the rehearsal it went with ALGORITHM=INSTANT, LOCK=NONE'),
    },
  });
  expect(between).toEqual(['id', 'title', 'pages', 'price']);
  expect(resumed).toMatchObject({ kind: 'done', applied: [{ version: '0002' }] });
  expect(await columns()).toEqual(['id', 'isbn', 'title', 'pages', 'price']);
});

test('who names ALGORITHM and LOCK himself is sent as he wrote it', async () => {
  const { ask, input } = await database();
  await ask('CREATE TABLE books (id int PRIMARY KEY, title varchar(60), FULLTEXT (title))');
  const about = await input({
    '0001_isbn.sql': 'ALTER TABLE books ADD isbn varchar(20) AFTER id, ALGORITHM=INPLACE, LOCK=SHARED;',
  });
  const promises = new Map([['migrations/0001_isbn.sql:1:1', { algorithm: 'INSTANT', lock: 'NONE' } as const]]);

  const result = await migrateApply({ ...about, perform: asPromised(promises) }, world.ports);

  expect(result).toMatchObject({ kind: 'done' });
});
