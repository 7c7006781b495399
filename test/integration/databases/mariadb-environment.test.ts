import { afterEach, expect } from 'vitest';
import { installedEnvironment } from '../../../src/databases/mariadb/installed-environment.ts';
import { ownProcess } from '../../../src/databases/mariadb/own-server.ts';
import { needs } from '../../requirements.ts';
import { type DatabaseWorld, databaseWorld } from './world.ts';

const test = needs('mariadbd');
const worlds: DatabaseWorld[] = [];

async function fresh() {
  const world = await databaseWorld();
  worlds.push(world);
  const environment = installedEnvironment(world.context, world.ports);
  const ask = async (text: string) => {
    const { url } = await environment.ensure();
    const connection = await world.ports.sql.connect(url, { timeoutMs: 5_000, applicationName: 'test' });
    try {
      return await connection.query(text);
    } finally {
      await connection.close();
    }
  };
  return { world, environment, ask };
}

afterEach(async () => {
  for (const world of worlds.splice(0)) {
    await installedEnvironment(world.context, world.ports).stop();
    await world.remove();
  }
});

test('a MariaDB of the environment keeps its data and its port over a stop', async () => {
  const { environment, ask } = await fresh();
  expect(await environment.find()).toBeNull();
  expect(await environment.wake()).toBeNull();
  const first = await environment.ensure();
  await ask('CREATE TABLE kept (id int PRIMARY KEY)');
  await ask('INSERT INTO kept VALUES (7)');
  await environment.stop();
  expect(await environment.find()).toBeNull();
  expect(await environment.wake()).toEqual(first);
  expect(await ask('SELECT id FROM kept')).toEqual([{ id: 7 }]);
});

test('its user owns the database of the application and nothing else', async () => {
  const { ask } = await fresh();
  await ask('CREATE TABLE a (id int)');
  await expect(ask('CREATE DATABASE another')).rejects.toMatchObject({ failure: { sqlState: '1044' } });
  await expect(ask('SELECT * FROM mysql.global_priv')).rejects.toMatchObject({ failure: { sqlState: '1142' } });
  await expect(ask(`SELECT 1 INTO OUTFILE 'x'`)).rejects.toMatchObject({ failure: { sqlState: '1227' } });
});

test('clients that want it at once get one and the same server', async () => {
  const { world, environment } = await fresh();
  const others = [1, 2, 3].map(() => installedEnvironment(world.context, world.ports));
  const urls = await Promise.all([environment, ...others].map(async (one) => (await one.ensure()).url));
  expect(new Set(urls).size).toBe(1);
});

test('a killed server is started again with what was committed', async () => {
  const { world, environment, ask } = await fresh();
  await ask('CREATE TABLE kept (id int PRIMARY KEY)');
  await ask('INSERT INTO kept VALUES (7)');
  const server = await ownProcess(`${world.context.stateDirectory}/databases/shop-local-mariadb`, world.ports);
  process.kill(server?.pid ?? 0, 'SIGKILL');
  await expect.poll(async () => await environment.find()).toBeNull();
  expect(await ask('SELECT id FROM kept')).toEqual([{ id: 7 }]);
});
