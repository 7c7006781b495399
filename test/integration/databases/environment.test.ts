import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EnvironmentDatabase } from '../../../src/databases/database.ts';
import { postgres } from '../../../src/databases/postgres.ts';
import { type DatabaseWorld, databaseWorld } from './world.ts';

let world: DatabaseWorld;
let database: EnvironmentDatabase;

const noSecret = async (): Promise<string> => await Promise.reject(new Error('no secret here'));
const environment = (context = world.context): EnvironmentDatabase =>
  postgres.environment(postgres.schema.parse({ type: 'postgres' }), context, world.ports, noSecret);

beforeEach(async () => {
  world = await databaseWorld();
  database = environment();
});

afterEach(async () => {
  await database.stop();
  await world.remove();
});

const ask = async (url: string, text: string) => {
  const connection = await world.ports.sql.connect(url, { timeoutMs: 5_000, applicationName: 'test' });
  try {
    return await connection.query(text);
  } finally {
    await connection.close();
  }
};

test('it is made when it is first wanted, keeps its data over a stop, and answers at the same port', async () => {
  expect(await database.find()).toBeNull();
  const { url } = await database.ensure();
  await ask(url, 'CREATE TABLE kept AS SELECT 7 AS n');
  expect(await database.find()).toEqual({ url });
  await database.stop();
  expect(await database.find()).toBeNull();
  expect(await database.ensure()).toEqual({ url });
  expect(await ask(url, 'SELECT n, current_database() AS name FROM kept')).toEqual([{ n: 7, name: 'shop' }]);
});

test('two clients that want it at once get one and the same', async () => {
  const [first, second] = await Promise.all([database.ensure(), environment().ensure()]);
  expect(second).toEqual(first);
  expect(await ask(first.url, 'SELECT count(*)::int AS databases FROM pg_database')).toEqual([{ databases: 4 }]);
});

test('it outlives a client that is killed, and the next one finds it', async () => {
  const program = join(import.meta.dirname, 'programs', 'ensures-a-database.ts');
  const client = spawn(process.execPath, [program, world.directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(client.stdout, 'data')) as [Buffer];
  client.kill('SIGKILL');
  await once(client, 'exit');
  expect(await database.find()).toEqual({ url: String(line) });
  expect(await ask(String(line), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a server that was killed comes up again with what was committed', async () => {
  const { url } = await database.ensure();
  await ask(url, 'CREATE TABLE kept AS SELECT 7 AS n');
  const running = JSON.parse(
    await readFile(join(world.context.stateDirectory, 'databases', 'shop-local', 'running.json'), 'utf8'),
  ) as { process: { pid: number } };
  process.kill(running.process.pid, 'SIGKILL');
  while ((await database.find()) !== null) await world.ports.clock.sleep(10);
  const again = await database.ensure();
  expect(await ask(again.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
});

test('the passwords lie in a file that only its owner may read', async () => {
  await database.ensure();
  const path = join(world.context.stateDirectory, 'databases', 'shop-local', 'credentials.json');
  expect((await world.ports.files.stat(path))?.mode).toBe(0o600);
});

test('data of another major version is refused by name', async () => {
  await database.ensure();
  await database.stop();
  const path = join(world.context.stateDirectory, 'databases', 'shop-local', 'data', 'PG_VERSION');
  await chmod(path, 0o600);
  await writeFile(path, '15\n');
  await expect(database.ensure()).rejects.toMatchObject({
    code: 'DATABASE_VERSION',
    message: expect.stringContaining('was made by PostgreSQL 15, and what runs here is 18'),
  });
});

test.each(['with \'quotes" and spaces', '100%', 'a%41b', 'slash/at@colon:#?'])(
  'a password such as %s gets in',
  async (password) => {
    const { url } = await database.ensure();
    await ask(url, `ALTER ROLE CURRENT_USER PASSWORD '${password.replaceAll("'", "''")}'`);
    const { port } = new URL(url);
    const escaped = `postgres://app:${encodeURIComponent(password)}@127.0.0.1:${port}/shop`;
    expect(await ask(escaped, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  },
);

test('a percent sign in a password that is not escaped stands for itself', async () => {
  const { url } = await database.ensure();
  await ask(url, "ALTER ROLE CURRENT_USER PASSWORD '100%sure'");
  const { port } = new URL(url);
  expect(await ask(`postgres://app:100%sure@127.0.0.1:${port}/shop`, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a URL is used as it is, and a server that does not answer is told without the password', async () => {
  const { url } = await database.ensure();
  const config = postgres.schema.parse({ type: 'postgres', provider: 'url', url: 'env:SHOP_URL' });
  const standing = postgres.environment(config, world.context, world.ports, async () => url);
  expect(await standing.ensure()).toEqual({ url });
  await standing.stop();
  expect(await database.find()).toEqual({ url });
  await database.stop();
  expect(await standing.find()).toBeNull();
  const error = await standing.ensure().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE', family: 'environment' });
  expect(String(error)).not.toContain(new URL(url).password);
});
