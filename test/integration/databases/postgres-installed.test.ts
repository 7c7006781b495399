import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { postgres } from '../../../src/databases/postgres.ts';
import { installedPrograms } from '../../../src/databases/postgres/installed-programs.ts';
import { needs } from '../../requirements.ts';
import { databaseWorld } from './world.ts';

const test = needs('initdb', 'pg_dump');
const config = postgres.schema.parse({ type: 'postgres', provider: 'installed' });
const noSecrets = async (): Promise<string> => '';

test('provider installed serves with the PostgreSQL of the system from a data directory of its own', async () => {
  const world = await databaseWorld();
  // As root the server runs as another user, who must get to his data.
  await chmod(world.directory, 0o755);
  const { version } = await installedPrograms(world.ports);
  const environment = postgres.environment(config, world.context, world.ports, noSecrets);
  try {
    const { url } = await environment.ensure();
    const connection = await world.ports.sql.connect(url, { timeoutMs: 5_000, applicationName: 'test' });
    const [row] = await connection.query(`SELECT current_setting('server_version') AS version`);
    await connection.query('CREATE TABLE kept (id int PRIMARY KEY)');
    await connection.query('INSERT INTO kept VALUES (7)');
    await connection.close();
    expect(row?.['version']).toContain(version);
    expect(await environment.backup?.(`${world.directory}/backup`)).toMatchObject({ tables: 1, rows: 1 });
    await environment.stop();
    expect(await environment.find()).toBeNull();
    expect(await environment.ensure()).toEqual({ url });
  } finally {
    await environment.stop();
    await world.remove();
  }
});

test('with provider installed a rehearsal runs on the version that the environment runs on', async () => {
  const world = await databaseWorld();
  const { version } = await installedPrograms(world.ports);
  const server = await postgres.ephemeral(config, world.context, world.ports);
  try {
    await server.create('shop');
    const since = await server.mark();
    const connection = await world.ports.sql.connect(server.url('shop', 'test'), {
      timeoutMs: 5_000,
      applicationName: 'test',
    });
    await expect(connection.query('SELECT nothing')).rejects.toMatchObject({ failure: { sqlState: '42703' } });
    await connection.close();
    expect(server.version).toBe(version);
    expect(await server.failedQueries(since)).toMatchObject([{ applicationName: 'test', query: 'SELECT nothing' }]);
  } finally {
    await server.stop();
    await world.remove();
  }
});

test('PostgreSQL 15 of a root whose state nobody else can get to says so by name', async () => {
  const world = await databaseWorld();
  const programs = await installedPrograms(world.ports);
  const host = { ...world.ports.host, runAs: { uid: 65_534, gid: 65_534 } };
  const environment = postgres.environment(config, world.context, { ...world.ports, host }, noSecrets);
  try {
    const ended = environment.ensure();
    if (Number.parseInt(programs.version, 10) < 16) {
      await expect(ended).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE', family: 'environment' });
    } else {
      await ended;
    }
    expect(await world.ports.files.exists(join(world.context.stateDirectory, 'databases', 'shop-local'))).toBe(
      Number.parseInt(programs.version, 10) >= 16,
    );
  } finally {
    await environment.stop();
    await world.remove();
  }
});

test('a server that stands is dumped with the pg_dump of its version, and the dump holds every row', async () => {
  const world = await databaseWorld();
  await chmod(world.directory, 0o755);
  const environment = postgres.environment(config, world.context, world.ports, noSecrets);
  try {
    const { url } = await environment.ensure();
    const connection = await world.ports.sql.connect(url, { timeoutMs: 5_000, applicationName: 'test' });
    await connection.query(`
      CREATE TYPE mood AS ENUM ('good', 'bad');
      CREATE TABLE goods (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL CHECK (title <> ''),
        mood mood DEFAULT 'good', price numeric(10, 2) NOT NULL DEFAULT 0, double numeric GENERATED ALWAYS AS (price * 2) STORED);
      CREATE INDEX goods_title ON goods (lower(title)) WHERE price > 0;
      INSERT INTO goods (title, price) SELECT 'thing ' || n, n FROM generate_series(1, 5000) n;
      CREATE VIEW cheap AS SELECT id, title FROM goods g WHERE g.price < 10;
      CREATE TABLE sales (goods_id int REFERENCES goods ON DELETE CASCADE, at timestamptz DEFAULT now());
      CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
      CREATE TRIGGER touched BEFORE UPDATE ON goods FOR EACH ROW EXECUTE FUNCTION touch();
      COMMENT ON TABLE goods IS 'what is sold'`);
    await connection.close();
    const byUrl = postgres.schema.parse({ type: 'postgres', provider: 'url', url: 'env:SHOP_URL' });
    const standing = postgres.environment(byUrl, world.context, world.ports, async () => url);

    const backup = await standing.backup?.(join(world.directory, 'dump'));

    expect(backup).toMatchObject({ path: join(world.directory, 'dump/database.dump'), tables: 2, notCompared: [] });
    expect(backup?.rows).toBe(5_000);
  } finally {
    await environment.stop();
    await world.remove();
  }
});
