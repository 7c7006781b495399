import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from '../scripts/build.ts';
import { openSession } from '../test/pipelines/session.ts';

/**
 * How long the process that holds the Dagger SDK takes from its start to "connected", with a session at hand:
 * our bundle, and the same with the SDK's package as it is installed; and how long the SDK needs to read our module.
 *
 * The session is a server of ours that answers at once: an engine's own time is not in it.
 * Run: `node scripts/guard.mjs bench/dagger-load.bench.ts [RUNS]`.
 */

const goalMs = 300;
const root = fileURLToPath(new URL('..', import.meta.url));
const results = fileURLToPath(new URL('results/dagger-load.json', import.meta.url));

async function main(): Promise<void> {
  const runs = Number(process.argv[2] ?? 9);
  const folder = await mkdtemp(join(tmpdir(), 'fairway-bench-'));
  const session = await openSession();
  const env = { DAGGER_SESSION_PORT: String(session.port), DAGGER_SESSION_TOKEN: session.token };
  try {
    await build(join(folder, 'dist'));
    const bundled = join(folder, 'dist/dagger.js');
    const plain = join(root, 'src/entries/dagger.ts');
    const times = { bundled: [] as number[], plain: [] as number[], introspection: [] as number[] };
    for (let run = 0; run <= runs; run += 1) {
      // The first of each warms the disk and is not counted.
      const sample = { bundled: await connected(bundled, env), plain: await connected(plain, env) };
      if (run === 0) continue;
      times.bundled.push(sample.bundled);
      times.plain.push(sample.plain);
      if (run <= 3) times.introspection.push(await introspection(folder));
    }
    const report = {
      // On a machine with more to do than cores the fastest run says more than the median.
      machine: { cpus: cpus().length, node: process.version, load: Math.round(loadavg()[0] ?? 0) },
      runs,
      goalMs,
      medianMs: Object.fromEntries(Object.entries(times).map(([name, all]) => [name, Math.round(median(all))])),
      fastestMs: Object.fromEntries(Object.entries(times).map(([name, all]) => [name, Math.round(Math.min(...all))])),
      isMet: median(times.bundled) <= goalMs,
    };
    await writeFile(results, `${JSON.stringify(report, null, 2)}\n`);
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  } finally {
    await session.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Milliseconds from the start of a process to its message that an engine answered. */
async function connected(entry: string, env: Readonly<Record<string, string>>): Promise<number> {
  const begin = performance.now();
  const child = spawn(process.execPath, [entry], { env, stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  child.stdin.write('{"pipeline":"probe"}\n');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const tookMs = performance.now() - begin;
  child.stdin.end();
  await once(child, 'exit');
  if (!line.includes('"connected"')) throw new Error(`not connected: ${line}`);
  return tookMs;
}

/** Milliseconds that the SDK's introspector needs for our module, in a process that has loaded it. */
async function introspection(folder: string): Promise<number> {
  const sdk = join(root, 'node_modules/@dagger.io/dagger/dist/src');
  const api = join(folder, 'client.gen.ts');
  await copyFile(join(sdk, 'api/client.gen.d.ts'), api);
  const source = join(root, 'pipelines/src');
  const files = (await readdir(source)).map((name) => join(source, name));
  const introspector = (await import(join(sdk, 'module/introspector/index.js'))) as {
    scan(files: readonly string[], name: string, load: boolean): Promise<unknown>;
  };
  const begin = performance.now();
  await introspector.scan([...files, api], 'fairway', false);
  return performance.now() - begin;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

await main();
