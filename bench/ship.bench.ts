import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { FinalDocument } from '../scripts/demo/fairway.ts';
import { type SceneResult, scenes } from '../scripts/demo/scenes.ts';
import { openTheatre } from '../scripts/demo/theatre.ts';

/**
 * How long `fairway ship` takes for a feature with a migration, while users are on the shop.
 *
 * cold: without a cached database; warm: with one. Overhead is what is left of the wall-clock time without the
 * application's own build and tests (measured by themselves) and without the holds that the plan prescribes.
 * Run: `node scripts/guard.mjs bench/ship.bench.ts [RUNS]`.
 */

const goals = { coldMs: 20_000, warmMs: 8_000, overheadMs: 1_500 };
const holdMs = 1_000;
const requestsPerSecond = 100;
const results = fileURLToPath(new URL('results/ship.json', import.meta.url));
const run = promisify(execFile);

interface Sample {
  readonly totalMs: number;
  readonly stages: Readonly<Record<string, number>>;
  readonly holdMs: number;
}

async function main(): Promise<void> {
  const runs = Number(process.argv[2] ?? 3);
  const application = await applicationsOwnTime(runs);
  const cold: Sample[] = [];
  const warm: Sample[] = [];
  for (let index = 0; index < runs; index += 1) {
    cold.push(await ship('cold'));
    warm.push(await ship('warm'));
  }
  const report = {
    made: 'node scripts/guard.mjs bench/ship.bench.ts',
    machine: { cpus: cpus().length, platform: `${process.platform}-${process.arch}`, node: process.versions.node },
    runs,
    load: { requestsPerSecond },
    goals,
    application,
    cold: summary(cold, application),
    warm: summary(warm, application),
  };
  await mkdir(fileURLToPath(new URL('results', import.meta.url)), { recursive: true });
  await writeFile(results, `${JSON.stringify(report, null, 2)}\n`);
  print(report);
}

/** Ship the first scene, then measure the second one. */
async function ship(kind: 'cold' | 'warm'): Promise<Sample> {
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'fairway-cache-'));
  const theatre = await openTheatre({ holdMs, requestsPerSecond, color: false, cacheDirectory });
  try {
    const [first, second] = scenes;
    if (first === undefined || second === undefined) throw new Error('there are no two scenes');
    mustSucceed(await theatre.play(first));
    if (kind === 'cold') await rm(cacheDirectory, { recursive: true, force: true });
    const { document, durationMs } = mustSucceed(await theatre.play(second));
    const stages = Object.fromEntries(document.stages.map((stage) => [stage.name, Math.round(stage.durationMs)]));
    return { totalMs: Math.round(durationMs), stages, holdMs: prescribedHoldMs(document) };
  } finally {
    await theatre.close();
    await rm(cacheDirectory, { recursive: true, force: true });
  }
}

function mustSucceed({ ended }: SceneResult): { readonly document: FinalDocument; readonly durationMs: number } {
  if (ended.exitCode !== 0 || ended.document === null) throw new Error(`fairway ship failed:\n${ended.shown}`);
  return { document: ended.document, durationMs: ended.durationMs };
}

function prescribedHoldMs({ result }: FinalDocument): number {
  const { holdMs: held } = result['rollout'] as { readonly holdMs?: number };
  if (held === undefined) throw new Error('the final document does not tell the time that the plan prescribed');
  return held;
}

/** Build and tests of the shop as anybody would run them, in a folder of their own; medians. */
async function applicationsOwnTime(runs: number): Promise<{ readonly buildMs: number; readonly testMs: number }> {
  const builds: number[] = [];
  const tests: number[] = [];
  for (let index = 0; index < runs; index += 1) {
    const directory = await mkdtemp(join(tmpdir(), 'fairway-shop-'));
    try {
      await run('cp', ['-R', `${fileURLToPath(new URL('../examples/shop', import.meta.url))}/.`, directory]);
      await rm(join(directory, 'node_modules'), { recursive: true, force: true });
      builds.push(
        (await timed(directory, ['npm', 'ci', '--prefer-offline'])) + (await timed(directory, ['node', 'build.js'])),
      );
      tests.push(await timed(directory, ['node', '--test']));
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
  return { buildMs: median(builds), testMs: median(tests) };
}

async function timed(cwd: string, [program, ...args]: readonly [string, ...string[]]): Promise<number> {
  const begin = performance.now();
  await run(program, args, { cwd, timeout: 120_000 });
  return performance.now() - begin;
}

function summary(samples: readonly Sample[], application: { readonly buildMs: number; readonly testMs: number }) {
  const names = Object.keys(samples[0]?.stages ?? {});
  const totalMs = median(samples.map((sample) => sample.totalMs));
  const held = median(samples.map((sample) => sample.holdMs));
  return {
    totalMs,
    stages: Object.fromEntries(names.map((name) => [name, median(samples.map(({ stages }) => stages[name] ?? 0))])),
    holdMs: held,
    overheadMs: Math.round(totalMs - held - application.buildMs - application.testMs),
    samples,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const value = sorted.length % 2 === 1 ? sorted[middle] : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  return Math.round(value ?? Number.NaN);
}

interface Report {
  readonly application: { readonly buildMs: number; readonly testMs: number };
  readonly cold: ReturnType<typeof summary>;
  readonly warm: ReturnType<typeof summary>;
}

function print({ application, cold, warm }: Report): void {
  const row = (name: string, ...cells: readonly (number | string)[]): string =>
    name.padEnd(28) + cells.map((cell) => String(cell).padStart(9)).join('');
  const lines = [
    row('ms, medians', 'cold', 'warm', 'goal'),
    ...Object.keys(warm.stages).map((name) => row(`  ${name}`, cold.stages[name] ?? 0, warm.stages[name] ?? 0)),
    row('ship, cold', cold.totalMs, '', goals.coldMs),
    row('ship, warm', '', warm.totalMs, goals.warmMs),
    row("the application's build", application.buildMs, application.buildMs),
    row("the application's tests", application.testMs, application.testMs),
    row('prescribed holds', cold.holdMs, warm.holdMs),
    row('overhead, warm', cold.overheadMs, warm.overheadMs, goals.overheadMs),
    row('overhead / ship', ratio(cold), ratio(warm)),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

const ratio = ({ overheadMs, totalMs }: ReturnType<typeof summary>): string =>
  `${((100 * overheadMs) / totalMs).toFixed(0)} %`;

await main();
