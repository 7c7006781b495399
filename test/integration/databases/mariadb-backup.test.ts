import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { EnvironmentDatabase } from '../../../src/databases/database.ts';
import { mariadb } from '../../../src/databases/mariadb.ts';
import { installedEnvironment } from '../../../src/databases/mariadb/installed-environment.ts';
import { missing, needs } from '../../requirements.ts';
import { type DatabaseWorld, databaseWorld } from './world.ts';

const test = needs('mariadbd');

let world: DatabaseWorld;
let database: EnvironmentDatabase;
let url: string;

beforeAll(async () => {
  if (missing(['mariadbd']) !== null) return;
  world = await databaseWorld();
  database = installedEnvironment(world.context, world.ports);
  ({ url } = await database.ensure());
  for (const text of [
    `CREATE TABLE goods (id int AUTO_INCREMENT PRIMARY KEY, title varchar(60) NOT NULL, stock int, photo blob, INDEX (title), CHECK (stock >= 0))`,
    `INSERT INTO goods (title, stock, photo) SELECT CONCAT('thing ä😀 ', seq), seq, UNHEX(MD5(seq)) FROM seq_1_to_5000`,
    `CREATE VIEW rare AS SELECT id, title FROM goods WHERE stock < 10`,
    `CREATE TABLE sales (id int PRIMARY KEY, goods_id int, FOREIGN KEY (goods_id) REFERENCES goods (id))`,
    `CREATE TRIGGER sold AFTER INSERT ON sales FOR EACH ROW UPDATE goods SET stock = stock - 1 WHERE id = NEW.goods_id`,
    `CREATE FUNCTION double_it(n int) RETURNS int DETERMINISTIC RETURN n * 2`,
    `CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM sales`,
    `CREATE SEQUENCE numbers START 100`,
    `CREATE TABLE log (at datetime(6) DEFAULT CURRENT_TIMESTAMP(6))`,
  ]) {
    await ask(text);
  }
});

afterAll(async () => {
  await database?.stop();
  await world?.remove();
});

async function ask(text: string) {
  const connection = await world.ports.sql.connect(url, { timeoutMs: 5_000, applicationName: 'test' });
  try {
    return await connection.query(text);
  } finally {
    await connection.close();
  }
}

test('a MariaDB that goes on serving is dumped, and the dump holds every row of what stood still', async () => {
  const to = join(world.directory, 'backup one');
  const writing = new AbortController();
  const writer = (async () => {
    while (!writing.signal.aborted) await ask('INSERT INTO log VALUES ()');
  })();
  const backup = await database.backup?.(to);
  writing.abort();
  await writer;

  expect(backup).toMatchObject({ path: join(to, 'database.sql'), tables: 3, notCompared: ['log'] });
  expect(backup?.rows).toBeGreaterThan(5_000);
  expect(await readFile(join(to, 'database.sql'), 'utf8')).toContain('nightly');
});

test('a dump of MariaDB that lacks a table is no backup, and does not stay', async () => {
  const to = join(world.directory, 'backup two');
  const { exec } = world.ports;
  const leavesOut: typeof exec = {
    run: async (command) => {
      const [program] = command.argv;
      if (program !== 'mariadb-dump' || command.argv.includes('--version')) return await exec.run(command);
      return await exec.run({ ...command, argv: [...command.argv, '--ignore-table=shop.sales'] });
    },
  };
  const careless = installedEnvironment(world.context, { ...world.ports, exec: leavesOut });

  await expect(careless.backup?.(to)).rejects.toMatchObject({ code: 'BACKUP_NOT_VERIFIED', family: 'environment' });
  expect(await world.ports.files.exists(to)).toBe(false);
});

test('a MariaDB at a URL is backed up too, and a tool that is older than the server is refused by name', async () => {
  const config = mariadb.schema.parse({ type: 'mariadb', provider: 'url', url: 'env:SHOP_URL' });
  const { exec } = world.ports;
  const old: typeof exec = {
    run: async (command) => {
      const result = await exec.run(command);
      return command.argv.includes('--version') ? { ...result, stdout: 'mariadb-dump from 10.6.18-MariaDB' } : result;
    },
  };
  const standing = mariadb.environment(config, world.context, world.ports, async () => url);
  const outdated = mariadb.environment(config, world.context, { ...world.ports, exec: old }, async () => url);

  expect(await standing.backup?.(join(world.directory, 'backup three'))).toMatchObject({ tables: 3 });
  await expect(outdated.backup?.(join(world.directory, 'backup four'))).rejects.toMatchObject({
    code: 'BACKUP_TOOL_OLD',
    message: expect.stringMatching(/^mariadb-dump is 10\.6, and the server is MariaDB 10\.11/),
  });
});
