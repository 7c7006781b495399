import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { embeddedEnvironment } from '../../../src/databases/postgres/embedded-environment.ts';
import { migrateApply } from '../../../src/stages/migrate.ts';
import { type Database, type MigrateWorld, migrateWorld } from './migrate-world.ts';

let here: MigrateWorld;

beforeAll(async () => {
  here = await migrateWorld();
});

afterAll(async () => await here.end());

/** About half a second of work, in every way in which a file can be run. */
const files = {
  '0001_a.sql': 'CREATE TABLE a AS SELECT n AS id, n % 7 AS kind FROM generate_series(1, 60000) n;',
  '0002_slow.sql': 'CREATE TABLE b (id int);\nSELECT pg_sleep(0.1);\nINSERT INTO b SELECT 1;\nSELECT pg_sleep(0.05);',
  '0003_index.sql':
    'CREATE TABLE c (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\nINSERT INTO c VALUES (1);\nCREATE UNIQUE INDEX CONCURRENTLY a_both ON a (kind, id);',
  '0004_update.sql': 'UPDATE a SET kind = kind + 1;\nALTER TABLE a ADD done boolean NOT NULL DEFAULT false;',
  '0005_drop.sql': 'DROP INDEX CONCURRENTLY a_id;\nINSERT INTO c VALUES (2);\nREINDEX INDEX CONCURRENTLY a_both;',
};

/** Everything that a run may have done twice, half or not at all. */
const look = async (database: Database): Promise<unknown> => ({
  a: await database.ask('SELECT count(*)::int, sum(kind)::int AS kinds FROM a WHERE NOT done'),
  b: await database.ask('SELECT count(*)::int FROM b'),
  c: await database.ask('SELECT array_agg(id ORDER BY id) AS ids FROM c'),
  indexes: await database.ask(
    `SELECT i.indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid WHERE t.relname = 'a' ORDER BY 1`,
  ),
  versions: await database.ask('SELECT version FROM fairway_migrations WHERE applied_at IS NOT NULL ORDER BY 1'),
  locks: await database.ask("SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory'"),
});

const expected = {
  a: [{ count: 60_000, kinds: 239_997 }],
  b: [{ count: 1 }],
  c: [{ ids: [1, 2] }],
  indexes: [{ name: 'a_both', valid: true }],
  versions: ['0001', '0002', '0003', '0004', '0005'].map((version) => ({ version })),
  locks: [{ count: 0 }],
};

const program = join(import.meta.dirname, 'programs', 'runs-migrations.ts');

/** Seeded by the point alone, so that a failure can be had again; `npm run proof` looks at more of them. */
const points = Number(process.env['FAIRWAY_KILL_POINTS'] ?? '6');

test.each(Array.from({ length: points }, (_, i) => Math.round((i * 700) / points)))(
  'a runner that is killed %i ms after it began leaves nothing that the next run does not bring to the same end',
  async (afterMs) => {
    const database = await here.database();
    const directory = join(here.world.directory, `killed ${afterMs}`);
    await mkdir(directory, { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
    const runner = spawn(process.execPath, [program, database.url, directory], {
      // Killed, it cannot remove what it made: it makes it where we do.
      env: { ...process.env, TMPDIR: here.world.directory },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(runner, 'exit');
    await once(runner.stdout, 'data');
    await here.ports.clock.sleep(afterMs);
    runner.kill('SIGKILL');
    await exited;

    const result = await migrateApply(await database.input(files), here.ports);
    expect(result).toMatchObject({ kind: 'done' });
    expect(await look(database)).toEqual(expected);
  },
);

test('a server that dies in the middle of a file leaves the database as before that file, and a later run ends it', async () => {
  const { world } = here;
  const environment = embeddedEnvironment(world.context, world.ports);
  onTestFinished(async () => await environment.stop());
  const { url } = await environment.ensure();
  const sleeping = {
    '0001_a.sql': 'CREATE TABLE a (id int);',
    '0002_b.sql': 'CREATE TABLE b (id int);\nSELECT pg_sleep(0.5);',
  };
  const input = { ...(await (await here.database()).input(sleeping)), url };
  const running = migrateApply(
    {
      ...input,
      onProgress: () =>
        setTimeout(() => {
          void readFile(join(world.context.stateDirectory, 'databases', 'shop-local', 'running.json'), 'utf8').then(
            (text) => process.kill((JSON.parse(text) as { process: { pid: number } }).process.pid, 'SIGKILL'),
          );
        }, 100),
    },
    here.ports,
  );
  expect(await running).toMatchObject({
    kind: 'failed',
    applied: [{ version: '0001' }],
    failed: { migration: '0002_b', stands: 'as-before', failure: { kind: 'gone', statement: 'SELECT pg_sleep(0.5)' } },
  });
  while ((await environment.find()) !== null) await world.ports.clock.sleep(20);
  await environment.ensure();
  expect(await migrateApply(input, here.ports)).toMatchObject({
    kind: 'done',
    applied: [{ version: '0002' }],
    alreadyApplied: 1,
  });
});
