import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { postgresDialect } from '../../../src/domain/migration/dialect.ts';
import type { ApplyInput } from '../../../src/stages/migrate/input.ts';
import { migrateApply, migrateStatus } from '../../../src/stages/migrate.ts';
import { migrateDown } from '../../../src/stages/migrate-down.ts';
import { tool, toolPorts, treeOf } from './command-world.ts';
import { type Database, type MigrateWorld, migrateWorld } from './migrate-world.ts';

let here: MigrateWorld;
let ports: ReturnType<typeof toolPorts>;

beforeAll(async () => {
  here = await migrateWorld();
  ports = toolPorts(here.world);
});
afterAll(async () => await here.end());

const one = { '1.up.sql': 'CREATE TABLE books (id int PRIMARY KEY)', '1.down.sql': 'DROP TABLE books' };
const two = { ...one, '2.up.sql': 'ALTER TABLE books ADD pages int', '2.down.sql': 'ALTER TABLE books DROP pages' };

async function input(
  database: Database,
  commit: string,
  files: Readonly<Record<string, string>>,
  settings: Parameters<typeof tool>[1] = {},
): Promise<ApplyInput> {
  const chosen = tool(ports, settings);
  const set = await treeOf(here.world, chosen, commit, files, postgresDialect);
  return { ...(await database.input({})), tool: chosen, set };
}

test('a command brings a database to each commit, and what it did is known by the files that it worked from', async () => {
  const database = await here.database();
  const first = await migrateApply(await input(database, 'aaaa', one), here.ports);
  const again = await migrateApply(await input(database, 'bbbb', one), here.ports);
  const before = await migrateStatus(await input(database, 'cccc', two), here.ports);
  const second = await migrateApply(await input(database, 'cccc', two), here.ports);
  const after = await migrateStatus(await input(database, 'cccc', two), here.ports);

  expect(first).toMatchObject({ kind: 'done', applied: [{ name: 'aaaa' }] });
  expect(again).toMatchObject({ kind: 'done', applied: [], alreadyApplied: 1 });
  expect(before.pending).toHaveLength(1);
  expect(second).toMatchObject({ kind: 'done', applied: [{ name: 'cccc' }] });
  expect(after.pending).toEqual([]);
  expect(ports.shown).toContain('applying 2');
  expect(await database.ask('SELECT pages FROM books')).toEqual([]);
});

test('the status command knows better: what somebody migrated by hand is not pending, what was taken back is', async () => {
  const database = await here.database();
  await database.ask('CREATE TABLE versions (version int PRIMARY KEY); INSERT INTO versions VALUES (1)');
  const byHand = await migrateStatus(await input(database, 'aaaa', one), here.ports);
  await migrateApply(await input(database, 'bbbb', two), here.ports).catch(() => undefined);
  await database.ask('CREATE TABLE books (id int PRIMARY KEY)');
  const applied = await migrateApply(await input(database, 'bbbb', two), here.ports);
  await database.ask('DELETE FROM versions WHERE version = 2; ALTER TABLE books DROP pages');
  const restored = await migrateStatus(await input(database, 'bbbb', two), here.ports);

  expect(byHand.pending).toEqual([]);
  expect(applied).toMatchObject({ kind: 'done' });
  expect(restored.pending).toHaveLength(1);
});

test('a tree that was left behind is refused: its command would not know what came after it', async () => {
  const database = await here.database();
  const withoutStatus = { status: undefined };
  await migrateApply(await input(database, 'aaaa', one, withoutStatus), here.ports);
  await migrateApply(await input(database, 'bbbb', two, withoutStatus), here.ports);
  const back = await input(database, 'cccc', one, withoutStatus);

  await expect(migrateApply(back, here.ports)).rejects.toMatchObject({
    code: 'MIGRATION_MISSING',
    message: expect.stringContaining('commit bbbb was applied') as unknown,
  });
});

test('a tree is made ready once, before its first program runs, and what that says is shown', async () => {
  const database = await here.database();
  const write = "require('node:fs').writeFileSync('ready-' + process.pid, ''); console.log('making ready')";
  const settings = { prepare: [[process.execPath, '-e', write] as [string, ...string[]]] };
  const given = await input(database, 'aaaa', one, settings);
  const result = await migrateApply(given, here.ports);
  const made = (await readdir(given.set.tree ?? '')).filter((name) => name.startsWith('ready-'));
  const broken = await input(database, 'bbbb', two, { prepare: [[process.execPath, '-e', 'process.exit(7)']] });

  expect(result).toMatchObject({ kind: 'done' });
  expect(made).toHaveLength(1);
  expect(ports.shown).toContain('making ready');
  await expect(migrateApply(broken, here.ports)).rejects.toMatchObject({ code: 'MIGRATION_PREPARE_FAILED' });
});

test('down undoes what the command did last', async () => {
  const database = await here.database();
  await migrateApply(await input(database, 'aaaa', two), here.ports);
  const undone = await migrateDown({ ...(await input(database, 'aaaa', two)), count: 1 }, here.ports);
  const status = await migrateStatus(await input(database, 'aaaa', two), here.ports);

  expect(undone).toMatchObject({ kind: 'done', applied: [{ name: 'aaaa' }] });
  expect(status.pending).toHaveLength(1);
  await expect(database.ask('SELECT pages FROM books')).rejects.toThrow('pages');
});

test('a command that fails says so in its own words, and is run again', async () => {
  const database = await here.database();
  const broken = { ...one, '2.up.sql': 'ALTER TABEL books ADD pages int' };
  const result = await migrateApply(await input(database, 'aaaa', broken), here.ports);
  const mended = await migrateApply(await input(database, 'bbbb', two), here.ports);
  const status = await migrateStatus(await input(database, 'bbbb', two), here.ports);

  expect(result).toMatchObject({ kind: 'failed', touched: true, failed: { stands: 'partial' } });
  expect(result.kind === 'failed' && result.failed.message).toContain('syntax error at or near "TABEL"');
  expect(mended).toMatchObject({ kind: 'done' });
  expect(status.applied.map(({ name }) => name)).toEqual(['bbbb']);
});

test('a command that never ends is ended at its deadline', async () => {
  const database = await here.database();
  const endless = { ...one, '2.up.sql': 'SELECT pg_sleep(600)' };
  const result = await migrateApply(await input(database, 'aaaa', endless, { commandTimeout: 3_000 }), here.ports);

  expect(result).toMatchObject({ kind: 'failed', failed: { failure: { kind: 'timeout' } } });
  expect(result.kind === 'failed' && result.failed.message).toContain('did not end within 3 s');
});

test('a command that waits for a lock is limited by PGOPTIONS, and tried again once the lock is free', async () => {
  const database = await here.database();
  await migrateApply(await input(database, 'aaaa', one), here.ports);
  const reader = await here.ports.sql.connect(database.url, { timeoutMs: 5_000, applicationName: 'reader' });
  await reader.query('BEGIN; LOCK TABLE books IN ACCESS SHARE MODE');
  const waiting: string[] = [];
  const pending = await input(database, 'bbbb', two);
  const result = await migrateApply(
    {
      ...pending,
      onProgress: (progress) => {
        waiting.push(progress.kind);
        if (progress.kind === 'waiting') void reader.query('ROLLBACK');
      },
    },
    here.ports,
  );
  await reader.close();

  expect(waiting).toContain('waiting');
  expect(result).toMatchObject({ kind: 'done', applied: [{ name: 'bbbb' }] });
});

test('a command that drops the table of what was applied is told to leave it alone', async () => {
  const database = await here.database();
  const files = { '1.up.sql': 'CREATE TABLE books (id int); DROP TABLE fairway_migrations' };
  const result = await migrateApply(await input(database, 'aaaa', files), here.ports);

  expect(result).toMatchObject({ kind: 'failed', failed: { stands: 'partial' } });
  expect(result.kind === 'failed' && result.failed.message).toContain('leave "fairway_migrations" alone');
});

test('a program that is not there is said to be missing, and the database is as it was', async () => {
  const database = await here.database();
  const result = await migrateApply(
    await input(database, 'aaaa', one, { up: ['no-such-migrator'], status: undefined }),
    here.ports,
  );

  expect(result).toMatchObject({ kind: 'failed', touched: false });
  expect(result.kind === 'failed' && result.failed.message).toContain('no-such-migrator');
});

test('a runner that is killed leaves its command at work: the next one waits for it, and comes to the same end', async () => {
  const database = await here.database();
  const slow = {
    ...one,
    '2.up.sql': 'ALTER TABLE books ADD pages int; SELECT pg_sleep(2)',
    '2.down.sql': two['2.down.sql'],
  };
  const given = await input(database, 'aaaa', slow);
  const program = join(import.meta.dirname, 'programs', 'runs-a-command.ts');
  const runner = spawn(process.execPath, [program, database.url, given.set.tree ?? ''], {
    stdio: 'ignore',
    env: { ...process.env, TMPDIR: here.world.directory },
  });
  onTestFinished(() => void runner.kill('SIGKILL'));
  const exited = once(runner, 'exit');
  const isAtWork = async (): Promise<boolean> =>
    (
      await database.ask(
        "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(2)%' AND application_name = 'fairway command'",
      )
    ).length > 0;
  while (!(await isAtWork())) await here.ports.clock.sleep(20);
  runner.kill('SIGKILL');
  await exited;
  const wasAtWork = await isAtWork();
  const result = await migrateApply(given, here.ports);

  expect(wasAtWork).toBe(true);
  expect(result).toMatchObject({ kind: 'done' });
  expect(await isAtWork()).toBe(false);
  expect(await database.ask('SELECT version FROM versions ORDER BY version')).toEqual([{ version: 1 }, { version: 2 }]);
  expect(await database.ask("SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory'")).toEqual([{ count: 0 }]);
});

test('a password with quotes, blanks and % reaches the command whole, hidden from all output', async () => {
  const database = await here.database();
  const password = `it's "50%" of @/:?# `;
  await here.server.create('awkward');
  const admin = await here.ports.sql.connect(here.server.url('awkward', 'test'), {
    timeoutMs: 5_000,
    applicationName: 'test',
  });
  await admin.query(`CREATE ROLE awkward LOGIN SUPERUSER PASSWORD '${password.replaceAll("'", "''")}'`);
  await admin.close();
  const url = new URL(database.url);
  url.username = 'awkward';
  url.password = encodeURIComponent(password);
  url.pathname = '/awkward';
  const result = await migrateApply({ ...(await input(database, 'aaaa', one)), url: url.href }, here.ports);

  expect(result).toMatchObject({ kind: 'done' });
  expect(ports.hidden).toContain(password);
});
