/**
 * How good the prediction of a rehearsal is: a server is gauged with 20,000 rows, each statement is watched on an empty
 * copy, and then run on tables of 100,000 to 2,000,000 rows of the same kind of server.
 *
 *     node bench/predict.bench.ts [--quick] [--engine postgres|mariadb]
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { databases } from '../src/databases/index.ts';
import { predictFrom } from '../src/domain/migration/predict.ts';
import { databaseWorld } from '../test/integration/databases/world.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, engine: { type: 'string' } } });
const sizes = values.quick === true ? [100_000] : [100_000, 500_000, 1_000_000, 2_000_000];
const engines = values.engine === undefined ? (['postgres', 'mariadb'] as const) : [values.engine];
const gaugeRows = 20_000;

interface Subject {
  readonly create: string;
  readonly fill: (rows: number) => string;
  readonly settle: string;
  readonly statements: readonly string[];
}

const subjects: Readonly<Record<string, Subject>> = {
  postgres: {
    create:
      'CREATE TABLE orders (id int PRIMARY KEY, customer int, total int, state text, noted timestamptz DEFAULT now(), note text)',
    fill: (rows) =>
      `INSERT INTO orders SELECT n, n % 5000, n % 977, 'open', now(), md5(n::text) || md5((n + 1)::text) FROM generate_series(1, ${rows}) n`,
    settle: 'VACUUM ANALYZE orders',
    statements: [
      'ALTER TABLE orders ALTER customer SET NOT NULL',
      'ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0)',
      'CREATE INDEX orders_customer ON orders (customer)',
      "UPDATE orders SET state = 'closed'",
      'CREATE INDEX orders_note ON orders (note)',
      'ALTER TABLE orders ADD CONSTRAINT once UNIQUE (customer, id)',
      'ALTER TABLE orders ALTER total TYPE bigint',
    ],
  },
  mariadb: {
    create:
      'CREATE TABLE orders (id int PRIMARY KEY, customer int, total int, state varchar(20), noted datetime DEFAULT NOW(), note varchar(80))',
    fill: (rows) =>
      `INSERT INTO orders SELECT seq, seq % 5000, seq % 977, 'open', NOW(), CONCAT(MD5(seq), MD5(seq + 1)) FROM seq_1_to_${rows}`,
    settle: 'ANALYZE TABLE orders',
    statements: [
      'ALTER TABLE orders MODIFY customer int NOT NULL',
      'CREATE INDEX orders_customer ON orders (customer)',
      "UPDATE orders SET state = 'closed'",
      'CREATE INDEX orders_note ON orders (note)',
      'ALTER TABLE orders MODIFY total bigint',
    ],
  },
};

const world = await databaseWorld();
const loadAtStart = Number(loadavg()[0]?.toFixed(1));
const measured = [];
try {
  for (const engine of engines) {
    const plugin = databases.find(({ type }) => type === engine);
    const subject = subjects[engine];
    const { watcher } = plugin ?? {};
    if (plugin === undefined || subject === undefined || watcher === undefined) throw new Error(`no engine ${engine}`);
    const server = await plugin.ephemeral(plugin.schema.parse({ type: engine }), world.context, world.ports);
    const connect = async (name: string) => {
      await server.create(name);
      return await world.ports.sql.connect(server.url(name, 'fairway'), {
        timeoutMs: 10_000,
        applicationName: 'bench',
      });
    };
    try {
      await server.create('scratch');
      const copy = await connect('copy');
      await copy.query(subject.create);
      const watch = await watcher.watch(copy, 'scratch', world.ports.clock);
      // What a connection does for the first time takes longer.
      await copy.query('SELECT COUNT(*) FROM orders');
      // A server that keeps counts of tables without rows would not call an UPDATE of nothing a change.
      if (engine === 'postgres') await copy.query(subject.fill(10));
      const seen = [];
      for (const sql of subject.statements) seen.push({ sql, ...(await watch.run(sql)) });
      await copy.close();
      for (const rows of sizes) {
        const name = `target_${rows}`;
        const target = await connect(name);
        await target.query(subject.create);
        await target.query(subject.fill(rows));
        await target.query(subject.settle);
        const reader = await world.ports.sql.connect(server.url(name, 'fairway'), {
          timeoutMs: 10_000,
          applicationName: 'bench',
        });
        const there = (await watcher.statistics(reader)).get('orders') ?? { rows: 0, bytes: 0 };
        await reader.close();
        const gauging = await connect(`gauge_${rows}`);
        const gauge = await watcher.gauge(gauging, gaugeRows, there.bytes / there.rows, world.ports.clock);
        await gauging.close();
        for (const { sql, ms, work, promise } of seen) {
          const [first] = work;
          if (first === undefined) throw new Error(`no work was seen of ${sql}`);
          const { kind } = first;
          const predictedMs = predictFrom(ms, first, gauge, there.rows);
          const begin = performance.now();
          await target.query(sql);
          const measuredMs = Math.round(performance.now() - begin);
          const factor = Number(
            (Math.max(predictedMs, measuredMs) / Math.max(1, Math.min(predictedMs, measuredMs))).toFixed(2),
          );
          measured.push({ engine, rows, sql, kind, how: promise?.algorithm ?? null, predictedMs, measuredMs, factor });
          process.stderr.write(
            `${engine} ${rows} ${kind} ${sql}: predicted ${predictedMs}, measured ${measuredMs} (x ${factor})\n`,
          );
          if (kind === 'update') await target.query(subject.settle);
        }
        await target.close();
        await server.drop(name);
      }
    } finally {
      await server.stop();
    }
  }
} finally {
  await world.remove();
}

const factors = measured.map(({ factor }) => factor).toSorted((a, b) => a - b);
const result = {
  bench: 'predict',
  when: new Date().toISOString(),
  machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
  loadAtStart,
  node: process.version,
  goal: { factor: 3 },
  medianFactor: factors[Math.floor((factors.length - 1) / 2)],
  worstFactor: factors.at(-1),
  within: `${factors.filter((factor) => factor <= 3).length} of ${factors.length}`,
  measured,
};
process.stdout.write(`${JSON.stringify({ ...result, measured: measured.length }, null, 2)}\n`);
if (values.quick !== true && values.engine === undefined) {
  const folder = join(import.meta.dirname, 'results');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'predict.json'), `${JSON.stringify(result, null, 2)}\n`);
}
