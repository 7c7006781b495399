/**
 * How fast a release is decided, and a whole changelog written, beside the floor (git telling the history) and beside
 * conventional-changelog and git-cliff, all in one run.
 *
 *     node bench/release.bench.ts [--quick] [PATH ...]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.ts';
import { makeRepository } from './peers/repository.ts';

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean' } }, allowPositionals: true });
const top = join(import.meta.dirname, '..');
const rounds = values.quick === true ? 3 : 5;
const limitMs = 60_000;

interface Measure {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly megabytes: number;
}

/** One whole process; null when it failed or took longer than the limit. */
async function measure(argv: readonly string[], cwd: string): Promise<Measure | null> {
  const start = performance.now();
  const child = spawn('/usr/bin/time', ['-f', '%M %U %S', ...argv], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    env: { ...process.env, CI: '1' },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-4000)));
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), limitMs);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  if (code !== 0) return null;
  const seconds = (performance.now() - start) / 1000;
  const [kilobytes = 0, user = 0, system = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { seconds, cpuSeconds: user + system, megabytes: kilobytes / 1024 };
}

/** Rounds of both in turn, so that what else the machine does meets both; medians, and the peak of memory. */
async function compare(
  floor: readonly string[],
  argv: readonly string[],
  cwd: string,
  times: number,
): Promise<{ readonly floor: Measure | null; readonly subject: Measure | null }> {
  const all: { floor: Measure; subject: Measure }[] = [];
  for (let round = 0; round < times; round += 1) {
    const base = await measure(floor, cwd);
    const subject = await measure(argv, cwd);
    if (base === null || subject === null) return { floor: base, subject };
    all.push({ floor: base, subject });
  }
  const median = (pick: (one: (typeof all)[number]) => number): number =>
    all.map(pick).toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
  const of = (which: 'floor' | 'subject'): Measure => ({
    seconds: median((one) => one[which].seconds),
    cpuSeconds: median((one) => one[which].cpuSeconds),
    megabytes: Math.max(...all.map((one) => one[which].megabytes)),
  });
  return { floor: of('floor'), subject: of('subject') };
}

/** The peers, installed in a folder of their own: they are no part of the project. */
async function peers(): Promise<string> {
  const folder = join(tmpdir(), 'fairway-bench-peers');
  if (existsSync(join(folder, 'node_modules', '.bin', 'git-cliff'))) return folder;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  const wanted = [
    'git-cliff@2.14.2',
    'conventional-changelog@8.1.3',
    'conventional-changelog-conventionalcommits@10.4.1',
  ];
  const child = spawn('npm', ['install', '--no-audit', '--no-fund', '--save-exact', ...wanted], {
    cwd: folder,
    stdio: 'inherit',
  });
  await once(child, 'close');
  return folder;
}

const state = await mkdtemp(join(tmpdir(), 'fairway-bench-state-'));
// What users run, made from the sources as they are now.
await build(join(state, 'dist'));
const fairway = (...args: string[]) => [process.execPath, join(state, 'dist', 'cli.js'), ...args, '--quiet'];
const floor = ['git', 'log', '-z', '--format=%H%x00%P%x00%B%x00%D%x00%ci'];
process.env['FAIRWAY_STATE_DIR'] = state;
const folder = await peers();
const bin = (name: string) => join(folder, 'node_modules', '.bin', name);

const repositories: { name: string; path: string; isOurs: boolean }[] = positionals.map((path) => ({
  name: path,
  path,
  isOurs: false,
}));
if (positionals.length === 0) {
  const shapes = [
    { name: '30k-12k', commits: 30_000, tags: 12_000, lines: 0 },
    { name: '20k-40-lines', commits: 20_000, tags: 800, lines: 40 },
  ];
  for (const shape of shapes) repositories.push({ name: shape.name, path: await makeRepository(shape), isOurs: true });
}

const shown = (n: number | undefined, digits = 2): string => n?.toFixed(digits) ?? '-';
const lines: string[] = [];
for (const { name, path } of repositories) {
  const subjects: [string, readonly string[], number][] = [
    ['fairway release plan', fairway('release', 'plan'), rounds],
    ['fairway changelog --all', fairway('changelog', '--all', '--output', join(state, 'CHANGELOG.md')), rounds],
    ['git-cliff, next version', [bin('git-cliff'), '--bumped-version'], 1],
    ['git-cliff, changelog', [bin('git-cliff'), '--output', join(state, 'cliff.md')], 1],
    [
      'conventional-changelog, changelog',
      [
        process.execPath,
        bin('conventional-changelog'),
        '-p',
        'conventionalcommits',
        '-r',
        '0',
        '-o',
        join(state, 'cc.md'),
      ],
      1,
    ],
  ];
  lines.push(`### ${name}`, '');
  lines.push('| | seconds | floor beside it | times the floor | goal | CPU seconds | MB |');
  lines.push('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const [subject, argv, times] of subjects) {
    const { floor: base, subject: found } = await compare(floor, argv, path, times);
    const ratio = found === null || base === null ? '-' : (found.seconds / base.seconds).toFixed(1);
    const seconds = found === null ? `failed or > ${limitMs / 1000}` : shown(found.seconds);
    const goal = subject.startsWith('fairway') && base !== null ? shown(base.seconds * 2.5 + 0.3) : '';
    lines.push(
      `| ${subject} | ${seconds} | ${shown(base?.seconds)} | ${ratio} | ${goal} | ${shown(found?.cpuSeconds)} | ${shown(found?.megabytes, 0)} |`,
    );
    process.stdout.write(`${lines.at(-1) ?? ''}\n`);
  }
  lines.push('');
}
const report = [
  '# Release: time and memory',
  '',
  `\`node bench/release.bench.ts\` on ${cpus().length} cores, Node ${process.versions.node}, ${rounds} rounds (median; peers: one), load ${loadavg()[0]?.toFixed(1) ?? ''} at the end. The floor is \`${floor.slice(0, 3).join(' ')}\`, run in turn with each.`,
  '',
  ...lines,
].join('\n');
process.stdout.write(`${report}\n`);
if (positionals.length === 0 && values.quick !== true) {
  await mkdir(join(top, 'bench', 'results'), { recursive: true });
  await writeFile(join(top, 'bench', 'results', 'release.md'), report);
}
for (const { path, isOurs } of repositories) if (isOurs) await rm(path, { recursive: true, force: true });
await rm(state, { recursive: true, force: true });
