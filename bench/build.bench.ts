import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openTestEngine, type TestEngine } from '../test/integration/docker/engine.ts';

/**
 * How long it takes to build the shop again when nothing has changed: `docker build` by itself, and `fairway build`
 * on the engines docker and host, start of the program included.
 *
 * Fairway exports the commit into an empty folder and runs the application's own build commands there each time, so
 * their part is measured apart: `packed` is a commit that holds what they leave.
 * Run: `node scripts/guard.mjs bench/build.bench.ts [RUNS]`.
 */

const run = promisify(execFile);
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const runs = Number(process.argv[2] ?? 5);

interface Place {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

async function main(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'fairway-build-bench-'));
  const engine = await openTestEngine();
  try {
    const env = await environment(engine, directory);
    const shop = await repository(join(directory, 'shop'), false);
    const packed = await repository(join(directory, 'packed'), true);
    const times = {
      'docker build': await median(async () => await dockerBuild({ directory: packed, env })),
      'fairway build, engine docker, packed': await median(
        async () => await fairway('docker', { directory: packed, env }),
      ),
      'fairway build, engine docker': await median(async () => await fairway('docker', { directory: shop, env })),
      'fairway build, engine host': await median(async () => await fairway('local', { directory: shop, env })),
      "the application's own commands": await median(
        async () => await ownCommands({ directory: shop, env }, directory),
      ),
    };
    const machine = {
      cpus: cpus().length,
      platform: `${process.platform}-${process.arch}`,
      node: process.versions.node,
    };
    const report = { made: 'node scripts/guard.mjs bench/build.bench.ts', machine, runs, medianMs: times };
    await mkdir(at('results'), { recursive: true });
    await writeFile(at('results/build.json'), `${JSON.stringify(report, null, 2)}\n`);
    const lines = Object.entries(times).map(([name, ms]) => `${name.padEnd(40)} ${String(ms).padStart(7)} ms`);
    process.stdout.write(`${lines.join('\n')}\n`);
  } finally {
    await engine.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function environment(engine: TestEngine, directory: string): Promise<Readonly<Record<string, string>>> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? directory,
    FAIRWAY_STATE_DIR: join(directory, 'state'),
    DOCKER_HOST: engine.host,
    DOCKER_BUILDKIT: '1',
    FAIRWAY_DOCKER: docker,
    BASE_IMAGE: await engine.base(),
  };
}

/** Debian's own command line has BuildKit without a plug-in. */
const docker = '/usr/bin/docker';

/** The shop as a repository; `isPacked` with what its build commands leave, and without them. */
async function repository(directory: string, isPacked: boolean): Promise<string> {
  const skipped = /node_modules|public/;
  await cp(at('../examples/shop'), directory, { recursive: true, filter: (path) => !skipped.test(path) });
  if (isPacked) {
    for (const [program, ...args] of commands) await run(program, args, { cwd: directory });
    await rm(join(directory, '.gitignore'));
    const file = join(directory, 'fairway.yml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/ {2}run:\n {4}- npm ci.*\n {4}- node build.js\n/, ''));
  }
  const git = async (...args: readonly string[]) => await run('git', args, { cwd: directory });
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('config', 'user.name', 'Bench');
  await git('config', 'user.email', 'bench@shop.example');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'feat: the shop');
  return directory;
}

const commands = [
  ['npm', 'ci', '--prefer-offline'],
  ['node', 'build.js'],
] as const;

async function dockerBuild({ directory, env }: Place): Promise<void> {
  await run(docker, ['build', '--quiet', '--build-arg', `BASE_IMAGE=${env['BASE_IMAGE'] ?? ''}`, directory], { env });
}

async function fairway(environmentName: string, { directory, env }: Place): Promise<void> {
  await run(process.execPath, [at('../src/entries/cli.ts'), 'build', '--env', environmentName], {
    cwd: directory,
    env,
  });
}

async function ownCommands({ directory, env }: Place, scratch: string): Promise<void> {
  const folder = await mkdtemp(join(scratch, 'own-'));
  await cp(directory, folder, { recursive: true });
  for (const [program, ...args] of commands) await run(program, args, { cwd: folder, env });
}

/** Once without counting, so that caches are filled. */
async function median(work: () => Promise<void>): Promise<number> {
  await work();
  const times: number[] = [];
  for (let index = 0; index < runs; index += 1) {
    const begin = performance.now();
    await work();
    times.push(performance.now() - begin);
  }
  return Math.round(times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN);
}

await main();
