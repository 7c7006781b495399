import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { build } from '../scripts/build.ts';
import { type Contestant, race } from './peers/race.ts';

/**
 * How long the Action takes from its start to its first line and to its end, for `check` on the example; beside a
 * bare `node -e ''`, and beside a bundle that loads at once what the Action loads when it is needed.
 *
 * Run: `node scripts/guard.mjs bench/action-start.bench.ts [RUNS]`.
 */

const goals = { firstLineRatio: 2.2, entryBytes: 100_000 };
const results = fileURLToPath(new URL('results/action-start.json', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));

const folder = await mkdtemp(join(tmpdir(), 'fairway-action-start-'));
try {
  const dist = join(folder, 'dist');
  await build(dist);
  const eager = await eagerBundle(folder);
  const project = join(root, 'examples/shop');
  const env = {
    FAIRWAY_STATE_DIR: join(folder, 'state'),
    RUNNER_TEMP: folder,
    GITHUB_EVENT_NAME: 'push',
    GITHUB_WORKSPACE: project,
    INPUT_COMMAND: 'check',
    INPUT_REPORT: 'none',
  };
  const action = join(dist, 'action.js');
  const contestants: readonly Contestant[] = [
    { name: 'node', argv: ['-e', ''], cwd: project, env },
    { name: 'action to its first line', argv: [action], cwd: project, env, untilOutput: true },
    { name: 'action to its end', argv: [action], cwd: project, env },
    { name: 'everything loaded, to its end', argv: [eager], cwd: project, env },
  ];
  const times = await race(contestants, Number(process.argv[2] ?? 21));
  const median = (name: string): number => times.get(name)?.medianMs ?? Number.NaN;
  const ratio = (name: string): number => Number((median(name) / median('node')).toFixed(2));
  const report = {
    made: 'node scripts/guard.mjs bench/action-start.bench.ts',
    machine: { cpus: cpus().length, platform: `${process.platform}-${process.arch}`, node: process.versions.node },
    goals,
    times: Object.fromEntries(times),
    ratioToBareNode: {
      firstLine: ratio('action to its first line'),
      end: ratio('action to its end'),
      everything: ratio('everything loaded, to its end'),
    },
    bytes: { entryWithStaticChunks: await staticBytes(dist, 'action.js'), everything: (await stat(eager)).size },
  };
  await mkdir(fileURLToPath(new URL('results', import.meta.url)), { recursive: true });
  await writeFile(results, `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** What the eager design would be: the packages that the Action reaches, loaded before it begins. */
async function eagerBundle(directory: string): Promise<string> {
  const entry = join(directory, 'eager.ts');
  const packages = ['@actions/core', '@actions/github', 'zod', 'yaml', 'semver'];
  const lines = packages.map(
    (name, index) => `import * as p${index} from '${name}';\nglobalThis.kept${index} = p${index};`,
  );
  await writeFile(entry, `${lines.join('\n')}\nawait import(${JSON.stringify(join(directory, 'dist/action.js'))});\n`);
  const bundle = await rolldown({
    cwd: root,
    input: { eager: entry },
    platform: 'node',
    external: [/^node:/, /dist\/action\.js$/],
    tsconfig: false,
    resolve: { modules: [join(root, 'node_modules')] },
    transform: { target: 'node24', define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' } },
    logLevel: 'silent',
  });
  const file = join(directory, 'eager.mjs');
  await bundle.write({ file, format: 'esm', minify: true, codeSplitting: false });
  await bundle.close();
  return file;
}

/** Bytes that must be read before the entry can begin: it and what it imports statically. */
async function staticBytes(dist: string, entry: string): Promise<number> {
  const names = new Set(await readdir(dist));
  const seen = new Set<string>();
  const queue = [entry];
  let bytes = 0;
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (seen.has(name) || !names.has(name)) continue;
    seen.add(name);
    const code = await readFile(join(dist, name), 'utf8');
    bytes += code.length;
    for (const [, found = ''] of code.matchAll(/(?:from|import)\s*[`"']\.\/([\w.-]+)[`"']/g)) queue.push(found);
  }
  return bytes;
}
