/**
 * How soon a throw-away PostgreSQL answers, from zero and from the cached data directory, and how long a database of
 * some size takes to be copied.
 *
 *     node bench/ephemeral.bench.ts [--quick]
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ephemeralServer } from '../src/databases/postgres/ephemeral.ts';
import { databaseWorld } from '../test/integration/databases/world.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean' } } });
const rounds = values.quick === true ? 3 : 9;
const rows = values.quick === true ? [1_000, 100_000] : [1_000, 100_000, 1_000_000];

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const begin = performance.now();
  const value = await work();
  return [value, performance.now() - begin];
}

function median(numbers: readonly number[]): number {
  return Math.round(numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN);
}

const fromZero: number[] = [];
const fromCache: number[] = [];
const stop: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  const world = await databaseWorld({ ownCache: true });
  for (const list of [fromZero, fromCache]) {
    const [server, ms] = await timed(async () => await ephemeralServer(world.context, world.ports));
    list.push(ms);
    stop.push((await timed(async () => await server.stop()))[1]);
  }
  await world.remove();
}

const copies: { readonly rows: number; readonly megabytes: number; readonly ms: number }[] = [];
const world = await databaseWorld({ ownCache: true });
const server = await ephemeralServer(world.context, world.ports);
for (const count of rows) {
  const source = `rows_${count}`;
  await server.create(source);
  const connection = await world.ports.sql.connect(server.url(source, 'bench'), {
    timeoutMs: 5_000,
    applicationName: 'bench',
  });
  await connection.query(`CREATE TABLE t AS SELECT n AS id, md5(n::text) AS text FROM generate_series(1, ${count}) n`);
  const [size] = await connection.query('SELECT pg_database_size(current_database()) / 1e6 AS megabytes');
  await connection.close();
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    times.push((await timed(async () => await server.create(`copy_${count}_${round}`, source)))[1]);
    await server.drop(`copy_${count}_${round}`);
  }
  copies.push({ rows: count, megabytes: Math.round(Number(size?.['megabytes'])), ms: median(times) });
}
await server.stop();
await world.remove();

const result = {
  bench: 'ephemeral',
  when: new Date().toISOString(),
  machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
  node: process.version,
  postgres: server.version,
  rounds,
  medianMs: { readyFromZero: median(fromZero), readyFromCache: median(fromCache), stop: median(stop) },
  goalMs: { readyFromCache: 150 },
  copies,
};
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
if (values.quick !== true) {
  const folder = join(import.meta.dirname, 'results');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'ephemeral.json'), `${JSON.stringify(result, null, 2)}\n`);
}
