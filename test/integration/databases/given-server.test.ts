import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { postgres } from '../../../src/databases/postgres.ts';
import type { EphemeralServer } from '../../../src/databases/database.ts';
import { type DatabaseWorld, databaseWorld } from './world.ts';

/** The server that is given: another one of ours, which we do not treat as such. */

let world: DatabaseWorld;
let host: EphemeralServer;
let server: EphemeralServer;
const config = postgres.schema.parse({ type: 'postgres' });

const given = async (url: string): Promise<EphemeralServer> =>
  await postgres.ephemeral(config, { ...world.context, throwAway: async () => url }, world.ports);

beforeAll(async () => {
  world = await databaseWorld();
  host = await postgres.ephemeral(config, world.context, world.ports);
  server = await given(host.url('postgres', 'test'));
});
afterAll(async () => {
  await host.stop();
  await world.remove();
});

async function connect(url: string) {
  const applicationName = new URL(url).searchParams.get('application_name') ?? 'test';
  const connection = await world.ports.sql.connect(url, { timeoutMs: 5_000, applicationName });
  onTestFinished(async () => await connection.close());
  return connection;
}

test('databases are made on it for an owner who is no superuser, copied, and gone when it is let go', async () => {
  await server.create('first');
  const owner = await connect(server.url('first', 'test', 'owner'));
  await owner.query('CREATE TABLE note (text text)');
  await owner.query(`INSERT INTO note VALUES ('kept')`);
  await owner.close();
  await server.create('copy', 'first');
  const copy = await connect(server.url('copy', 'test'));
  expect(await copy.query('SELECT text, usesuper FROM note, pg_user WHERE usename = current_user')).toEqual([
    { text: 'kept', usesuper: true },
  ]);
  await copy.close();
  const second = await given(host.url('postgres', 'test'));
  await second.create('first');
  await second.stop();
  const left = await connect(host.url('postgres', 'test'));
  expect(await left.query(`SELECT datname FROM pg_database WHERE datname IN ('first', 'copy')`)).toEqual([
    { datname: 'copy' },
  ]);
});

test('what it refuses and what it is asked is read from its log over SQL', async () => {
  await server.create('refusing');
  const connection = await connect(server.url('refusing', 'fairway-old'));
  const since = await server.mark();
  await connection.query('SELECT title FROM missing WHERE id = $1', [7]).catch(() => undefined);
  expect(await server.failedQueries(since)).toEqual([
    {
      applicationName: 'fairway-old',
      sqlState: '42P01',
      message: 'relation "missing" does not exist',
      query: 'SELECT title FROM missing WHERE id = $1',
      parameters: expect.toSatisfy((value: unknown) => value === null || value === `$1 = '7'`) as string | null,
    },
  ]);
  await server.record('refusing');
  const later = await connect(server.url('refusing', 'fairway-new'));
  await later.query('SELECT 1 + 1');
  expect((await server.recordedQueries(since)).map(({ query }) => query)).toContain('SELECT 1 + 1');
});

test('one whose administrator we are not is refused before anything is made on it', async () => {
  const administrator = await connect(host.url('postgres', 'test'));
  await administrator.query(`CREATE ROLE plain LOGIN PASSWORD 'plain'`);
  const url = new URL(host.url('postgres', 'test'));
  Object.assign(url, { username: 'plain', password: 'plain' });
  await expect(given(url.href)).rejects.toMatchObject({
    code: 'THROW_AWAY_UNFIT',
    message: 'the throw-away server cannot be used: we are not its superuser',
  });
});
