import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { postgres } from '../../../src/databases/postgres.ts';
import type { EphemeralServer } from '../../../src/databases/database.ts';
import { ephemeralServer } from '../../../src/databases/postgres/ephemeral.ts';
import type { Exec } from '../../../src/ports.ts';
import { type DatabaseWorld, databaseWorld } from './world.ts';

let world: DatabaseWorld;
let server: EphemeralServer;

beforeAll(async () => {
  world = await databaseWorld();
  const config = postgres.schema.parse({ type: 'postgres' });
  server = await postgres.ephemeral(config, world.context, world.ports);
});

afterAll(async () => {
  await server.stop();
  await world.remove();
});

const connect = async (database: string, name = 'test', role: 'superuser' | 'owner' = 'superuser') => {
  const connection = await world.ports.sql.connect(server.url(database, name, role), {
    timeoutMs: 5_000,
    applicationName: name,
  });
  onTestFinished(async () => await connection.close());
  return connection;
};

test('a database can be made, used by its owner who is no superuser, copied and dropped', async () => {
  await server.create('first');
  const owner = await connect('first', 'test', 'owner');
  await owner.query('CREATE TABLE note (text text)');
  await owner.query(`INSERT INTO note VALUES ('kept')`);
  expect(await owner.query('SELECT usesuper FROM pg_user WHERE usename = current_user')).toEqual([{ usesuper: false }]);
  await owner.close();
  await server.create('copy', 'first');
  const copy = await connect('copy');
  expect(await copy.query('SELECT text FROM note')).toEqual([{ text: 'kept' }]);
  await copy.close();
  await server.drop('copy');
  await expect(connect('copy')).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
});

test('a refused query is read back with who asked, its state and its parameters', async () => {
  await server.create('refusing');
  const connection = await connect('refusing', 'fairway-old');
  await connection.query('SELECT nothing').catch(() => undefined);
  const since = await server.mark();
  await connection.query('SELECT title FROM missing WHERE id = $1', [7]).catch(() => undefined);
  await connection.query('SELECT $1::int / 0', [1]).catch(() => undefined);
  expect(await server.failedQueries(since)).toEqual([
    {
      applicationName: 'fairway-old',
      sqlState: '42P01',
      message: 'relation "missing" does not exist',
      query: 'SELECT title FROM missing WHERE id = $1',
      parameters: null,
    },
    {
      applicationName: 'fairway-old',
      sqlState: '22012',
      message: 'division by zero',
      query: 'SELECT $1::int / 0',
      parameters: "$1 = '1'",
    },
  ]);
});

test('a wrong password is refused, and the message does not show it', async () => {
  const url = server.url('postgres', 'test').replace(/:[0-9a-f]{48}@/, ':wr%ong"\'@');
  await expect(world.ports.sql.connect(url, { timeoutMs: 5_000, applicationName: 'test' })).rejects.toMatchObject({
    code: 'DATABASE_UNREACHABLE',
    message: expect.stringMatching(
      /^fairway@127\.0\.0\.1:\d+\/postgres did not let us in: password authentication failed/,
    ),
  });
});

test('two clients that make the cache at once both get a server, and nothing half-made stays', async () => {
  const own = await databaseWorld({ ownCache: true });
  onTestFinished(own.remove);
  const servers = await Promise.all([ephemeralServer(own.context, own.ports), ephemeralServer(own.context, own.ports)]);
  for (const one of servers) {
    const connection = await own.ports.sql.connect(one.url('postgres', 'test'), {
      timeoutMs: 5_000,
      applicationName: 'test',
    });
    expect(await connection.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await connection.close();
  }
  await Promise.all(servers.map(async (one) => await one.stop()));
  expect(await own.ports.files.list(join(own.context.cacheDirectory, 'postgres', 'templates'))).toHaveLength(1);
  expect(await own.ports.files.list(join(own.context.cacheDirectory, 'postgres', 'servers'))).toEqual([]);
});

test('what a killed client left running is ended and removed by the next start', async () => {
  const own = await databaseWorld();
  onTestFinished(own.remove);
  const context = { ...own.context, cacheDirectory: join(own.directory, 'cache') };
  const client = spawn(process.execPath, [join(import.meta.dirname, 'programs', 'starts-a-server.ts'), own.directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(client.stdout, 'data')) as [Buffer];
  client.kill('SIGKILL');
  await once(client, 'exit');
  const port = Number(String(line));
  expect(await own.ports.ports.isTaken(port)).toBe(true);

  const next = await ephemeralServer(context, own.ports);
  expect(await own.ports.ports.isTaken(port)).toBe(false);
  await next.stop();
  expect(await own.ports.files.list(join(context.cacheDirectory, 'postgres', 'servers'))).toEqual([]);
});

test('a full disk is told with the place, and nothing half-made stays', async () => {
  const own = await databaseWorld({ ownCache: true });
  onTestFinished(async () => await own.remove());
  const exec: Exec = {
    async run(command) {
      const result = await own.ports.exec.run(command);
      if (command.argv[0] !== 'cp') return result;
      return { ...result, exitCode: 1, stderr: "cp: error writing 'data/base/1/1255': No space left on device\n" };
    },
  };
  await expect(ephemeralServer(own.context, { ...own.ports, exec })).rejects.toMatchObject({
    code: 'DISK_FULL',
    family: 'environment',
    message: expect.stringContaining(join(own.context.cacheDirectory, 'postgres', 'servers')),
  });
  expect(await own.ports.files.list(join(own.context.cacheDirectory, 'postgres', 'servers'))).toEqual([]);
});
