/**
 * How long other readers wait while a migration asks for a lock that an idle transaction never lets go: at most the
 * lock timeout and a little more.
 *
 *     node bench/reader-delay.bench.ts [--quick]
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readWhileWaiting } from '../test/integration/stages/migrate-readers.ts';
import { migrateWorld } from '../test/integration/stages/migrate-world.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean' } } });
const attempts = values.quick === true ? 5 : 20;

const load = Number(loadavg()[0]?.toFixed(1));
const here = await migrateWorld();
const measured = [];
try {
  for (const lockTimeoutMs of [200, 500]) {
    const about = { lockTimeoutMs, attempts, patienceMs: 10_000 };
    const { delaysMs, refused } = await readWhileWaiting(here, await here.database(), about);
    const sorted = delaysMs.toSorted((a, b) => a - b);
    const at = (share: number): number => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN);
    measured.push({
      lockTimeoutMs,
      attempts,
      reads: sorted.length,
      refused: refused.length,
      medianMs: at(0.5),
      p99Ms: at(0.99),
      longestMs: at(1),
      overTheTimeoutMs: at(1) - lockTimeoutMs,
    });
  }
} finally {
  await here.end();
}

const result = {
  bench: 'reader-delay',
  when: new Date().toISOString(),
  machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
  loadAtStart: load,
  node: process.version,
  postgres: here.server.version,
  goal: { overTheTimeoutMs: 50 },
  measured,
};
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
if (values.quick !== true) {
  const folder = join(import.meta.dirname, 'results');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'reader-delay.json'), `${JSON.stringify(result, null, 2)}\n`);
}
