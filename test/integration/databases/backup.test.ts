import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { EnvironmentDatabase } from '../../../src/databases/database.ts';
import { postgres } from '../../../src/databases/postgres.ts';
import { embeddedEnvironment } from '../../../src/databases/postgres/embedded-environment.ts';
import type { Files } from '../../../src/ports.ts';
import { type DatabaseWorld, databaseWorld } from './world.ts';

let world: DatabaseWorld;
let database: EnvironmentDatabase;
let url: string;

beforeAll(async () => {
  world = await databaseWorld();
  database = embeddedEnvironment(world.context, world.ports);
  ({ url } = await database.ensure());
  await ask(`
    CREATE TABLE goods (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL, stock int);
    CREATE INDEX goods_title ON goods (title);
    INSERT INTO goods (title, stock) SELECT 'thing ' || n, n FROM generate_series(1, 5000) n;
    CREATE VIEW rare AS SELECT * FROM goods WHERE stock < 10;
    CREATE TABLE log (at timestamptz DEFAULT now());`);
});

afterAll(async () => {
  await database.stop();
  await world.remove();
});

async function ask(text: string) {
  const connection = await world.ports.sql.connect(url, { timeoutMs: 5_000, applicationName: 'test' });
  try {
    return await connection.query(text);
  } finally {
    await connection.close();
  }
}

test('a server that goes on serving is copied, and the copy holds every row of what stood still', async () => {
  const to = join(world.directory, 'backup one');
  const writing = new AbortController();
  const writer = (async () => {
    while (!writing.signal.aborted) await ask('INSERT INTO log DEFAULT VALUES');
  })();
  const backup = await database.backup?.(to);
  writing.abort();
  await writer;
  expect(backup).toMatchObject({ path: to, tables: 2, notCompared: ['public.log'] });
  expect(backup?.rows).toBeGreaterThan(5_000);
  expect(backup?.bytes).toBeGreaterThan(1_000_000);
  expect(await database.find()).toEqual({ url });
});

test('a copy that lost a file is no backup, and does not stay', async () => {
  const to = join(world.directory, 'backup two');
  const [row] = await ask("SELECT pg_relation_filepath('goods') AS path");
  const path = String(row?.['path']);
  const files: Files = {
    ...world.ports.files,
    async copyTree(from, target) {
      await world.ports.files.copyTree(from, target);
      if (target === `${to}/data`) await world.ports.files.writeAtomic(`${target}/${path}`, new Uint8Array(), 0o600);
    },
  };
  const damaged = embeddedEnvironment(world.context, { ...world.ports, files });
  await ask('CHECKPOINT').catch(() => undefined);
  await expect(damaged.backup?.(to)).rejects.toMatchObject({ family: 'environment' });
  expect(await world.ports.files.exists(to)).toBe(false);
});

test('a pg_dump that is older than the server is refused by name', async () => {
  const config = postgres.schema.parse({ type: 'postgres', provider: 'url', url: 'env:SHOP_URL' });
  const exec = { run: async () => ({ ...done, stdout: 'pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n' }) };
  const standing = postgres.environment(config, world.context, { ...world.ports, exec }, async () => url);
  onTestFinished(async () => await standing.stop());
  await expect(standing.backup?.(join(world.directory, 'dump'))).rejects.toMatchObject({
    code: 'BACKUP_TOOL_OLD',
    message: 'pg_dump is 15, and the server is PostgreSQL 18: it would refuse',
  });
});

const done = { exitCode: 0, signal: null, stderr: '', durationMs: 1, ended: 'exited', droppedBytes: 0 } as const;
