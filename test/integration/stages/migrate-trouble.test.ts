import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test as always } from 'vitest';
import type { DatabasePlugin, EnvironmentDatabase } from '../../../src/databases/database.ts';
import { databases } from '../../../src/databases/index.ts';
import { ownProcess } from '../../../src/databases/mariadb/own-server.ts';
import { sqlTool } from '../../../src/migration-tools/sql.ts';
import { migrateApply } from '../../../src/stages/migrate.ts';
import type { ApplyInput } from '../../../src/stages/migrate/input.ts';
import { missing, needs } from '../../requirements.ts';
import { type DatabaseWorld, databaseWorld } from '../databases/world.ts';

const onMariadb = needs('mariadbd');
const run = promisify(execFile);
let world: DatabaseWorld;

beforeAll(async () => {
  world = await databaseWorld();
});

afterAll(async () => await world.remove());

/** A server of an environment's own whose state lies in `state`. */
async function environmentOf(engine: 'postgres' | 'mariadb', state: string) {
  const plugin = databases.find(({ type }) => type === engine) as DatabasePlugin;
  const context = { ...world.context, stateDirectory: state };
  const provider = engine === 'mariadb' ? 'installed' : 'embedded';
  const config = plugin.schema.parse({ type: engine, provider });
  const environment = plugin.environment(config, context, world.ports, async () => '');
  onTestFinished(async () => await environment.stop());
  const input = async (files: Readonly<Record<string, string>>): Promise<ApplyInput> => {
    const tree = await mkdtemp(join(world.directory, 'tree'));
    await mkdir(join(tree, 'migrations'));
    for (const [name, text] of Object.entries(files)) await writeFile(join(tree, 'migrations', name), text);
    return {
      url: (await environment.ensure()).url,
      tool: sqlTool,
      dialect: plugin.dialect,
      set: await sqlTool.list({ tree, directory: 'migrations', commit: '' }, plugin.dialect, world.ports.files),
      table: 'fairway_migrations',
      runId: 'run-1',
      lockTimeoutMs: 1_000,
      statementTimeoutMs: 60_000,
      lockWaitMs: 20_000,
    };
  };
  return { environment, input };
}

async function ask(environment: EnvironmentDatabase, text: string) {
  const { url } = await environment.ensure();
  const connection = await world.ports.sql.connect(url, { timeoutMs: 5_000, applicationName: 'test' });
  try {
    return await connection.query(text);
  } finally {
    await connection.close();
  }
}

onMariadb('a MariaDB that dies in the middle of a file is gone on with where it stopped', async () => {
  const state = join(world.directory, 'dies');
  const { environment, input } = await environmentOf('mariadb', state);
  const files = {
    '0001_a.sql': 'CREATE TABLE a (id int PRIMARY KEY);\nINSERT INTO a VALUES (1);',
    '0002_b.sql':
      'ALTER TABLE a ADD b int DEFAULT 7;\nUPDATE a SET b = b + 1;\nDO SLEEP(2);\nALTER TABLE a ADD c int DEFAULT 9;',
  };
  const about = await input(files);
  const directory = join(state, 'databases', 'shop-local-mariadb');
  const kill = async (): Promise<void> => {
    const server = await ownProcess(directory, world.ports);
    if (server !== null) process.kill(server.pid, 'SIGKILL');
  };
  const onProgress = (): void => void setTimeout(() => void kill(), 300);

  const died = await migrateApply({ ...about, onProgress }, world.ports);
  const again = await migrateApply(await input(files), world.ports);

  expect(died).toMatchObject({ kind: 'failed', applied: [{ version: '0001' }], failed: { failure: { kind: 'gone' } } });
  expect(again).toMatchObject({ kind: 'done', applied: [{ version: '0002' }], alreadyApplied: 1 });
  expect(await ask(environment, 'SELECT id, b, c FROM a')).toEqual([{ id: 1, b: 8, c: 9 }]);
});

/** A file system of so many megabytes; only root may make one. */
async function smallDisk(megabytes: number): Promise<{ readonly path: string; grow(to: number): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'fairway-small-'));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'fairway-test', path]);
  onTestFinished(async () => {
    await run('umount', ['--lazy', path]);
    await rm(path, { recursive: true, force: true });
  });
  return { path, grow: async (to) => void (await run('mount', ['-o', `remount,size=${to}m`, path])) };
}

const full = (engine: 'postgres' | 'mariadb', megabytes: number, fill: string) => async (): Promise<void> => {
  const disk = await smallDisk(megabytes);
  const { environment, input } = await environmentOf(engine, disk.path);
  const files = {
    '0001_a.sql': 'CREATE TABLE a (id int PRIMARY KEY, note varchar(1000));',
    '0002_fill.sql': fill,
    '0003_c.sql': 'CREATE TABLE c (id int PRIMARY KEY);',
  };

  const stopped = await migrateApply(await input(files), world.ports);
  await disk.grow(900);
  const again = await migrateApply(await input(files), world.ports);

  expect(stopped).toMatchObject({
    kind: 'failed',
    applied: [{ version: '0001' }],
    failed: {
      migration: '0002_fill',
      message: expect.stringMatching(/No space left|is full|lost|closed|gone|terminated/i),
    },
  });
  expect(again).toMatchObject({ kind: 'done', applied: [{ version: '0002' }, { version: '0003' }] });
  expect(await ask(environment, 'SELECT COUNT(*) AS n FROM a')).toMatchObject([{ n: expect.anything() }]);
  const [row] = await ask(environment, 'SELECT COUNT(*) AS n FROM a');
  expect(Number(row?.['n'])).toBe(120_000);
};

/** Only root may mount a small file system. */
const asRoot = (title: string, body: () => Promise<void>, engine: 'postgres' | 'mariadb'): void => {
  const absent = engine === 'mariadb' ? missing(['mariadbd']) : null;
  const why = process.getuid?.() === 0 ? absent : 'root';
  if (why === null) always(title, body, 120_000);
  else always(title, (context) => context.skip(`needs ${why}`));
};

asRoot(
  'a disk that is full stops a migration, and with room the next run comes to the end',
  full('postgres', 110, `INSERT INTO a SELECT n, repeat('x', 900) FROM generate_series(1, 120000) n;`),
  'postgres',
);

asRoot(
  'a disk that is full stops a migration of MariaDB, and with room the next run comes to the end',
  full('mariadb', 150, `INSERT INTO a SELECT seq, REPEAT('x', 900) FROM seq_1_to_120000;`),
  'mariadb',
);

asRoot(
  'a backup for which there is no room is refused by name, and nothing of it stays',
  async () => {
    const disk = await smallDisk(4);
    const { environment, input } = await environmentOf('mariadb', join(world.directory, 'roomy'));
    const fill = `CREATE TABLE a (id int PRIMARY KEY, note varchar(1000));\nINSERT INTO a SELECT seq, REPEAT('x', 900) FROM seq_1_to_10000;`;
    expect(await migrateApply(await input({ '0001_a.sql': fill }), world.ports)).toMatchObject({ kind: 'done' });

    await expect(environment.backup?.(join(disk.path, 'backup'))).rejects.toMatchObject({
      code: 'DISK_FULL',
      family: 'environment',
    });
    expect(await world.ports.files.list(disk.path)).toEqual([]);
  },
  'mariadb',
);
