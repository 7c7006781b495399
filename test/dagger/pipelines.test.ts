import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseService, databaseUrl } from '../../pipelines/src/database.ts';
import { imageArchive, imageFromRecipe } from '../../pipelines/src/build.ts';
import { daggerPipelines } from '../../src/adapters/dagger/pipelines.ts';
import { nodeImageArchives } from '../../src/adapters/image/normalise.ts';
import { createMask } from '../../src/domain/secrets/mask.ts';
import type { BuildPipeline, TestPipeline } from '../../src/domain/pipelines/pipeline.ts';
import { openRealEngine, type RealEngine } from './engine.ts';

/** What the command line asks of an engine, through the child process that holds the SDK. */

let engine: RealEngine;
let folder: string;
const pipelines = daggerPipelines({
  env: process.env,
  mask: createMask(['v3ry-s3cret']),
  entry: join(import.meta.dirname, '../../src/entries/dagger.ts'),
});

beforeAll(async () => {
  engine = await openRealEngine();
  folder = await mkdtemp(join(tmpdir(), 'fairway dagger '));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

async function source(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const place = join(folder, name);
  await mkdir(place, { recursive: true });
  for (const [path, text] of Object.entries(files)) await writeFile(join(place, path), text);
  return place;
}

const dockerfile = (...lines: readonly string[]): string =>
  [`FROM ${engine.base.reference}`, 'WORKDIR /app', 'COPY . .', ...lines].join('\n');

const building = (place: string, more: Partial<BuildPipeline> = {}): BuildPipeline => ({
  pipeline: 'build',
  source: place,
  ignored: [],
  dockerfile: 'Dockerfile',
  args: {},
  target: '',
  platform: '',
  secrets: {},
  sshSocket: null,
  archive: join(folder, `${place.split('/').at(-1) ?? ''}.tar`),
  ...more,
});

const limits = { timeoutMs: 300_000 };

async function normal(archive: string): Promise<string> {
  const to = `${archive}.normal`;
  return (await nodeImageArchives().normalise(archive, to, { epochSeconds: 1_700_000_000, labels: {} })).configDigest;
}

test('an image is built from a folder of this machine, and its tests run in it', async () => {
  const place = await source('app', {
    Dockerfile: dockerfile('RUN test ! -e left-out && cat app.js > copy.js', 'CMD ["node", "copy.js"]'),
    'app.js': 'console.log("served by", process.env.NAME)',
    'left-out': 'x',
  });
  const request = building(place, { ignored: ['left-out', '!Dockerfile'] });
  expect(await pipelines.run(request, limits)).toMatchObject({ kind: 'done', engineVersion: expect.any(String) });
  const lines: string[] = [];
  const testing: TestPipeline = {
    pipeline: 'test',
    archive: request.archive,
    commands: [
      ['node', 'copy.js'],
      ['sh', '-c', 'echo v3ry-s3cret >&2'],
    ],
    env: { NAME: 'dagger' },
    services: [],
    reports: [],
  };
  const watching = { ...limits, onLine: (stream: string, line: string) => void lines.push(`${stream}: ${line}`) };
  expect(await pipelines.run(testing, watching)).toMatchObject({ kind: 'done' });
  expect(lines).toEqual(['stdout: served by dagger', 'stderr: ***']);
});

test('two builds of the same files on two paths are one image once they are normalised', async () => {
  const files = { Dockerfile: dockerfile('CMD ["node", "app.js"]'), 'app.js': 'console.log(1)' };
  const digests: string[] = [];
  for (const name of ['one', 'two']) {
    const request = building(await source(name, files));
    expect(await pipelines.run(request, limits)).toMatchObject({ kind: 'done' });
    digests.push(await normal(request.archive));
  }
  expect(digests[0]).toBe(digests[1]);
});

test('a build mounts its secrets, and none of them is in the image', async () => {
  const line = 'RUN --mount=type=secret,id=npm test "$(cat /run/secrets/npm)" = v3ry-s3cret';
  const request = building(await source('secret', { Dockerfile: dockerfile(line) }), {
    secrets: { npm: 'v3ry-s3cret' },
  });
  expect(await pipelines.run(request, limits)).toMatchObject({ kind: 'done' });
});

test('a line of the Dockerfile that fails is an end with its exit code and words', async () => {
  const place = await source('failing', { Dockerfile: dockerfile('RUN echo so far; echo no further >&2; exit 7') });
  const end = await pipelines.run(building(place), limits);
  expect(end).toMatchObject({ kind: 'exec-failed', failure: { exitCode: 7 } });
  expect(JSON.stringify(end)).toContain('no further');
});

test('a Dockerfile that nobody understands is refused with its line', async () => {
  const place = await source('unread', { Dockerfile: 'FROM scratch\nRUNN x\n' });
  const end = await pipelines.run(building(place), limits);
  expect(end).toMatchObject({ kind: 'refused' });
  expect(JSON.stringify(end)).toContain('dockerfile parse error on line 2: unknown instruction: RUNN');
});

test('servers stand beside the tests, and reports are read although a command failed', async () => {
  const server = (text: string): string =>
    `require('node:http').createServer((q, r) => r.end('${text}')).listen(process.env.PORT)`;
  const place = await source('services', { Dockerfile: dockerfile(), 'app.js': server('from the application') });
  const request = building(place);
  await pipelines.run(request, limits);
  const ask = `Promise.all(['http://db:7001', 'http://app:7002'].map(async (url) => await (await fetch(url)).text()))
    .then((texts) => { require('node:fs').writeFileSync('report.xml', texts.join()); process.exit(4); })`;
  const testing: TestPipeline = {
    pipeline: 'test',
    archive: request.archive,
    commands: [['node', '-e', ask]],
    env: {},
    services: [
      {
        name: 'db',
        image: engine.base.reference,
        argv: ['node', '-e', server('from a server')],
        env: { PORT: '7001' },
        port: 7001,
      },
      { name: 'app', image: null, argv: ['node', 'app.js'], env: { PORT: '7002' }, port: 7002 },
    ],
    reports: ['report.xml', 'none.xml'],
  };
  const read: unknown[] = [];
  const end = await pipelines.run(testing, { ...limits, onReports: (reports) => void read.push(reports) });
  expect(end).toMatchObject({ kind: 'exec-failed', failure: { exitCode: 4 } });
  const texts = { 'report.xml': 'from a server,from the application', 'none.xml': null };
  expect(read).toEqual([{ root: '/app', texts }]);
});

test('a test whose program is not in the image could not be run', async () => {
  const request = building(await source('missing', { Dockerfile: dockerfile() }));
  await pipelines.run(request, limits);
  const commands = [['no-such-program']];
  const testing: TestPipeline = {
    pipeline: 'test',
    archive: request.archive,
    commands,
    env: {},
    services: [],
    reports: [],
  };
  const end = await pipelines.run(testing, limits);
  expect(JSON.stringify(end)).toContain('executable file not found');
});

test('a test command that hangs ends at its deadline, which is its own', async () => {
  const request = building(await source('hanging', { Dockerfile: dockerfile() }));
  await pipelines.run(request, limits);
  const commands = [['true'], ['sleep', '600']];
  const testing: TestPipeline = {
    pipeline: 'test',
    archive: request.archive,
    commands,
    env: {},
    services: [],
    reports: [],
  };
  expect(await pipelines.run(testing, { timeoutMs: 20_000 })).toMatchObject({ kind: 'timed-out', step: 1 });
});

test('an interruption ends what runs in the engine with its own reason', async () => {
  const request = building(await source('interrupted', { Dockerfile: dockerfile() }));
  await pipelines.run(request, limits);
  const interruption = new AbortController();
  const testing: TestPipeline = {
    pipeline: 'test',
    archive: request.archive,
    commands: [['sleep', '600']],
    env: {},
    services: [],
    reports: [],
  };
  const ended = pipelines.run(testing, {
    ...limits,
    signal: interruption.signal,
    onStep: () => interruption.abort(new Error('interrupted by SIGINT')),
  });
  await expect(ended).rejects.toThrow('interrupted by SIGINT');
});

test('a PostgreSQL server of its own answers under its name, and dies with the run', async () => {
  const { client, postgres } = engine;
  const uniqueName = crypto.randomUUID();
  const server = databaseService({
    engine: 'postgres',
    base: postgres,
    password: client.setSecret(`password-${uniqueName}`, uniqueName),
    uniqueName,
  });
  const answer = await postgres
    .withServiceBinding('database', server)
    .withSecretVariable('URL', client.setSecret(`url-${uniqueName}`, databaseUrl('postgres', 'database', uniqueName)))
    .withExec(['sh', '-c', 'psql "$URL" -tAc "SELECT current_database()"'])
    .stdout();
  expect(answer.trim()).toBe('fairway');
});

test('without a Dockerfile an application becomes an image whose user is not root', async () => {
  const { client, base } = engine;
  const app = client.directory().withNewFile('app.js', 'console.log(process.getuid(), process.env.PORT)');
  const recipe = { kind: 'plain', base: base.reference, start: ['node', 'app.js'], user: '1000', port: 8080 } as const;
  const image = imageFromRecipe(client, app, recipe);
  expect((await image.withExec([...recipe.start]).stdout()).trim()).toBe('1000 8080');
  expect(await imageArchive(image).size()).toBeGreaterThan(1_000);
});
