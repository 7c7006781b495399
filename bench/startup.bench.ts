import { cpus } from 'node:os';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../scripts/build.ts';
import { type Contestant, race } from './peers/race.ts';

/**
 * How long the built `fairway --version` and `fairway check` take beside a bare `node -e ''`.
 *
 * All take turns, so that a busy machine slows all of them. Run: `node scripts/guard.mjs bench/startup.bench.ts [RUNS]`.
 */

const goals = { versionMs: 20, checkMs: 60 };
const results = fileURLToPath(new URL('results/startup.json', import.meta.url));

const folder = await mkdtemp(join(tmpdir(), 'fairway-startup-'));
try {
  await build(join(folder, 'dist'));
  const project = fileURLToPath(new URL('../examples/shop', import.meta.url));
  const cli = join(folder, 'dist/cli.js');
  const env = { FAIRWAY_STATE_DIR: join(folder, 'state'), FAIRWAY_CACHE_DIR: join(folder, 'cache') };
  const contestants: readonly Contestant[] = [
    { name: 'node', argv: ['-e', ''], cwd: folder, env },
    { name: 'version', argv: [cli, '--version'], cwd: folder, env },
    { name: 'check', argv: [cli, 'check'], cwd: project, env },
  ];
  const times = await race(contestants, Number(process.argv[2] ?? 21));
  const over = (name: string): number =>
    Number(((times.get(name)?.medianMs ?? 0) - (times.get('node')?.medianMs ?? 0)).toFixed(1));
  const report = {
    made: 'node scripts/guard.mjs bench/startup.bench.ts',
    machine: { cpus: cpus().length, platform: `${process.platform}-${process.arch}`, node: process.versions.node },
    goals,
    times: Object.fromEntries(times),
    overBareNodeMs: { version: over('version'), check: over('check') },
  };
  await mkdir(fileURLToPath(new URL('results', import.meta.url)), { recursive: true });
  await writeFile(results, `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
