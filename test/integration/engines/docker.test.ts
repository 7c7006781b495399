import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { dockerCommand } from '../../../src/adapters/docker/connections.ts';
import { dockerContainers } from '../../../src/adapters/docker/containers.ts';
import { nodeImageArchives } from '../../../src/adapters/image/normalise.ts';
import { nodeClock } from '../../../src/adapters/node/clock.ts';
import { nodeExec } from '../../../src/adapters/node/exec.ts';
import { nodeFiles } from '../../../src/adapters/node/files.ts';
import { nodeHttp } from '../../../src/adapters/node/http.ts';
import { nodeOrphans } from '../../../src/adapters/node/orphans.ts';
import { createMask } from '../../../src/domain/secrets/mask.ts';
import type { ServiceSpec } from '../../../src/domain/tests/services.ts';
import { dockerEngine } from '../../../src/engines/docker.ts';
import type { BuildRequest, BuiltArtifact, Engine, ImageRequest } from '../../../src/engines/engine.ts';
import { openFakeRegistry } from '../../fakes/registry.ts';
import { missing } from '../../requirements.ts';
import { engineNeeds, needsEngine, openTestEngine, type TestEngine } from '../docker/engine.ts';
import { machineImage } from '../docker/machine-image.ts';

const commit = '3f2a91c0000000000000000000000000000000ab';
const canRun = missing(engineNeeds) === null;

let real: TestEngine;
let engine: Engine;
let directory: string;

beforeAll(async () => {
  if (!canRun) return;
  real = await openTestEngine();
  await shell();
});
afterAll(async () => {
  if (canRun) await real.close();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fairway engine '));
  if (canRun) engine = openEngine('1');
});
afterEach(async () => await rm(directory, { recursive: true, force: true }));

/** Debian's command line has BuildKit in the engine and asks for no plug-in. */
const program = existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker';

function openEngine(buildKit: '0' | '1', repository: string | null = null): Engine {
  const env = {
    ...process.env,
    DOCKER_HOST: real.host,
    HOME: directory,
    DOCKER_BUILDKIT: buildKit,
    FAIRWAY_DOCKER: program,
  };
  const orphans = nodeOrphans(directory);
  return dockerEngine(
    { stateDirectory: directory, scratch: orphans.scratch },
    {
      repository: {
        exportTree: async (_commit, to) => await cp(join(directory, 'source'), to, { recursive: true }),
      },
      files: nodeFiles(),
      exec: nodeExec({ env, mask: createMask(), orphans }),
      containers: dockerContainers(env)(real.host),
      open: dockerContainers(env),
      archives: nodeImageArchives(),
      http: nodeHttp(),
      clock: nodeClock(),
      elsewhere: [],
      registry: repository === null ? null : { repository, login: null },
      docker: dockerCommand(env),
      random: () => Math.random().toString(16).slice(2),
    },
  );
}

async function source(files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(directory, 'source'), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, 'source', name), text);
}

const request = (more: Partial<BuildRequest> = {}): BuildRequest => ({
  commit,
  version: '1.4.0',
  run: [],
  env: {},
  output: '.',
  dockerfile: 'Dockerfile',
  args: {},
  timeoutMs: 60_000,
  sourceDateEpoch: 1_700_000_000,
  ...more,
});

async function built(more: Partial<BuildRequest> = {}): Promise<BuiltArtifact> {
  const result = await engine.build(request(more));
  if (result.kind !== 'built') throw new Error(result.command.lastLines.join('\n'));
  return result.artifact;
}

/** Small, because most of what is tested here needs no more than a shell. */
let small: Promise<string> | null = null;
const shell = async (): Promise<string> =>
  await (small ??= machineImage(real, { name: 'shell:machine', programs: {}, entry: 'exec sh', user: 'root' }));

async function dockerfile(...lines: readonly string[]): Promise<string> {
  return [`ARG BASE_IMAGE=${await shell()}`, 'FROM ${BASE_IMAGE}', 'WORKDIR /app', 'COPY . .', ...lines].join('\n');
}

needsEngine('the image of a commit holds what the commands before left, and says what it is', async () => {
  await source({ Dockerfile: await dockerfile('ARG GREETING', 'RUN echo "$GREETING" > greeting'), page: 'hello' });
  const artifact = await built({
    run: [['sh', '-c', 'cp page made-before && test "$SOURCE_DATE_EPOCH" = 1700000000']],
    args: { GREETING: 'good day' },
  });

  expect(artifact.artifact).toMatch(/^image:sha256:[0-9a-f]{64}$/);
  expect(`image:${artifact.location}`).toBe(artifact.artifact);
  expect(await engine.find(artifact.artifact)).toEqual(artifact);
  const result = await engine.test({
    ...request(),
    artifact,
    run: [['sh', '-c', 'test "$(cat greeting made-before)" = "$(printf "good day\\nhello")"']],
  });
  expect(result).toMatchObject({ kind: 'passed' });
  const labels = JSON.parse(
    await real.docker('inspect', '-f', '{{json .Config.Labels}}', artifact.location),
  ) as unknown;
  expect(labels).toEqual({
    'org.opencontainers.image.revision': commit,
    'org.opencontainers.image.version': '1.4.0',
    'org.opencontainers.image.created': '2023-11-14T22:13:20.000Z',
    'fairway.built': 'true',
  });
});

needsEngine('the same commit built again is the same image', async () => {
  await source({ Dockerfile: await dockerfile(), page: 'hello' });

  expect(await built()).toEqual(await built());
});

for (const [name, buildKit] of [
  ['BuildKit', '1'],
  ['the old builder', '0'],
] as const) {
  needsEngine(`two builds by ${name} without a cache, of files with other dates, give one digest`, async () => {
    engine = openEngine(buildKit);
    await buildTwice();
  });
}

async function buildTwice(): Promise<void> {
  const lines = [
    'RUN mkdir -p b a/z && echo made > a/z/file && ln a/z/file b/hard && ln -s ../a b/soft && date > /dev/null',
  ];
  await source({ Dockerfile: await dockerfile(...lines), page: 'hello', '.dockerignore': 'nothing\n' });
  const first = await built();
  await real.docker('builder', 'prune', '--all', '--force');
  await real.docker('image', 'prune', '--force');
  await utimes(join(directory, 'source', 'page'), 1_800_000_000, 1_800_000_000);
  await rename(join(directory, 'source'), join(directory, 'source of another place'));
  await cp(join(directory, 'source of another place'), join(directory, 'source'), { recursive: true });
  const second = await built({ sourceDateEpoch: 1_700_000_000 });

  expect(second).toEqual(first);
  const times = await engine.test({
    ...request(),
    artifact: second,
    run: [['sh', '-c', 'test "$(stat -c %Y page a/z/file b | sort -u)" = 1700000000 && cmp a/z/file b/hard']],
  });
  expect(times).toMatchObject({ kind: 'passed' });
  expect(await real.docker('image', 'inspect', '-f', '{{.Created}}', second.location)).toBe('2023-11-14T22:13:20Z');
}

needsEngine('the layers of the base image stay what they are, so that every image shares them', async () => {
  await source({ Dockerfile: await dockerfile(), page: 'hello' });
  const layersOf = async (image: string): Promise<readonly string[]> =>
    JSON.parse(await real.docker('image', 'inspect', '-f', '{{json .RootFS.Layers}}', image)) as string[];
  const [base] = await layersOf(await shell());

  expect(await layersOf((await built()).location)).toContain(base);
});

needsEngine('a line of the Dockerfile that fails is a failed build, with the last lines of the builder', async () => {
  await source({ Dockerfile: await dockerfile('RUN echo too bad; exit 7') });
  const result = await engine.build(request());

  expect(result).toMatchObject({ kind: 'failed', command: { index: 0, ended: 'exited' } });
  expect(result.kind === 'failed' ? result.command.lastLines.join('\n') : '').toMatch(/too bad[^]*7/);
});

needsEngine('a line that no builder understands is named with its number and its text', async () => {
  await source({ Dockerfile: await dockerfile('RUNN echo hello') });

  await expect(engine.build(request())).rejects.toMatchObject({
    code: 'DOCKERFILE_INVALID',
    family: 'gate',
    message: expect.stringMatching(/^Dockerfile:5 is not understood: .*RUNN[^]*RUNN echo hello/) as string,
  });
});

const image = (more: Partial<ImageRequest>): ImageRequest => ({
  kind: null,
  target: null,
  platform: null,
  secrets: {},
  ssh: false,
  labels: {},
  ...more,
});

needsEngine('a secret is there while a line needs it, and in no layer, history or label afterwards', async () => {
  const secret = 'correct-horse-battery';
  const line = 'RUN --mount=type=secret,id=npm wc -c < /run/secrets/npm > length';
  await source({ Dockerfile: await dockerfile(line) });
  const artifact = await built({ image: image({ secrets: { npm: secret } }) });

  const run = [['sh', '-c', `test "$(cat length)" = ${secret.length} && test ! -s /run/secrets/npm`]] as const;
  expect(await engine.test({ ...request(), artifact, run })).toMatchObject({ kind: 'passed' });
  const archive = join(directory, 'archive.tar');
  await real.docker('save', '--output', archive, artifact.location);
  expect((await readFile(archive)).includes(secret)).toBe(false);
});

needsEngine('an empty secret is refused before the builder starts', async () => {
  await source({ Dockerfile: await dockerfile() });

  await expect(engine.build(request({ image: image({ secrets: { npm: ' ' } }) }))).rejects.toMatchObject({
    code: 'BUILD_SECRET_EMPTY',
    family: 'config',
  });
});

needsEngine('secrets are refused where only the old builder is there, instead of being put into a layer', async () => {
  engine = openEngine('0');
  await source({ Dockerfile: await dockerfile() });

  await expect(engine.build(request({ image: image({ secrets: { npm: 'x1234' } }) }))).rejects.toMatchObject({
    code: 'BUILDKIT_MISSING',
    family: 'environment',
  });
});

needsEngine('a stage can be asked for, and what the ignore file names is not in it', async () => {
  const text = (await dockerfile('RUN touch one')).replace('FROM ${BASE_IMAGE}', 'FROM ${BASE_IMAGE} AS one');
  await source({ Dockerfile: `${text}\nFROM one\nRUN touch two`, '.dockerignore': 'private\n', private: 'x' });
  const artifact = await built({ image: image({ target: 'one' }) });
  const run = [['sh', '-c', 'test -e one && test ! -e two && test ! -e private']] as const;

  expect(await engine.test({ ...request(), artifact, run })).toMatchObject({ kind: 'passed' });
});

needsEngine(
  'an application without a Dockerfile that says what it is gets an image that does not run as root',
  async () => {
    await source({ 'index.js': 'console.log("hello from", process.getuid())' });
    const artifact = await built({ image: image({ kind: 'node' }), args: { BASE_IMAGE: await real.base() } });
    const lines: string[] = [];
    const run = [['node', '.']] as const;
    await engine.test({ ...request(), artifact, run, onLine: (_, line) => lines.push(line) });

    expect(lines).toEqual(['hello from 1000']);
  },
);

needsEngine('a commit without a Dockerfile is refused before anything is built', async () => {
  await source({ page: 'hello' });

  await expect(engine.build(request())).rejects.toMatchObject({ code: 'DOCKERFILE_MISSING', family: 'gate' });
});

needsEngine('a base image that cannot be fetched is the fault of the surroundings, not of the commit', async () => {
  await source({ Dockerfile: await dockerfile() });

  await expect(engine.build(request({ args: { BASE_IMAGE: '127.0.0.1:1/nobody/has-this:1' } }))).rejects.toMatchObject({
    code: 'BASE_IMAGE_MISSING',
    family: 'environment',
    hint: expect.stringContaining('127.0.0.1:1/nobody/has-this:1') as string,
  });
});

needsEngine('tests run in the image, see their variables, and their failure is an answer', async () => {
  await source({ Dockerfile: await dockerfile() });
  const artifact = await built();
  const lines: string[] = [];
  const run = [['sh', '-c', 'echo "$KIND $FAIRWAY_VERSION in $(pwd)"; exit 5']] as const;
  const result = await engine.test({
    ...request({ run, env: { KIND: 'unit' } }),
    artifact,
    onLine: (_, line) => lines.push(line),
  });

  expect(lines).toContain('unit 1.4.0 in /app');
  expect(result).toMatchObject({ kind: 'failed', command: { argv: run[0], exitCode: 5 } });
});

needsEngine('reports are brought back from the container, whether the tests passed or not', async () => {
  await source({ Dockerfile: await dockerfile() });
  const write = 'mkdir -p out && echo "<testsuite/>" > out/junit.xml && exit 3';
  const reports = ['out/junit.xml', 'out/none.xml'];
  const result = await engine.test({ ...request({ run: [['sh', '-c', write]] }), artifact: await built(), reports });

  expect(result).toMatchObject({
    kind: 'failed',
    command: { exitCode: 3 },
    reports: { 'out/junit.xml': '<testsuite/>\n', 'out/none.xml': null },
    root: '/app',
  });
});

const server = `require('node:http').createServer((_, answer) => answer.end('hello ' + process.env.GREETING)).listen(process.env.PORT, process.env.HOST)`;
const service = (more: Partial<Extract<ServiceSpec, { type: 'application' }>>): ServiceSpec => ({
  type: 'application',
  command: ['node', 'server.js'],
  port: 8080,
  path: '/',
  env: { GREETING: 'tests' },
  timeout: 30_000,
  ...more,
});

needsEngine('tests reach the application itself by its name once it is ready, and nothing of it is left', async () => {
  await source({
    Dockerfile: (await dockerfile()).replace(await shell(), await real.base()),
    'server.js': `setTimeout(() => { ${server} }, 500)`,
  });
  const artifact = await built();
  const lines: string[] = [];
  const result = await engine.test({
    ...request({ run: [['sh', '-c', 'wget -q -O - "$WEB_URL"']] }),
    artifact,
    services: { web: service({}) },
    onLine: (_, line) => lines.push(line),
  });

  expect(result.kind).toBe('passed');
  expect(lines).toEqual(['hello tests']);
  expect(await real.docker('ps', '-aq', '--filter', 'name=fairway-test')).toBe('');
  expect(await real.docker('network', 'ls', '-q', '--filter', 'name=fairway-test')).toBe('');
});

needsEngine('a service that ends before it is ready is told with its last words', async () => {
  await source({
    Dockerfile: (await dockerfile()).replace(await shell(), await real.base()),
    'server.js': 'console.log("no licence"); process.exit(9)',
  });
  const services = { web: service({}) };

  await expect(
    engine.test({ ...request({ run: [['true']] }), artifact: await built(), services }),
  ).rejects.toMatchObject({ code: 'SERVICE_EXITED', message: expect.stringContaining('no licence') as string });
  expect(await real.docker('network', 'ls', '-q', '--filter', 'name=fairway-test')).toBe('');
});

needsEngine('a registry that limits and fails for a moment gets the image in the end', async () => {
  const registry = await openFakeRegistry();
  try {
    await source({ Dockerfile: 'FROM scratch\nCOPY page /page\n', page: 'hello' });
    engine = openEngine('1', `${registry.address}/shop`);
    const { artifact } = await built();
    registry.trouble = [{ status: 429 }, { status: 500 }];
    const first = await engine.publish(artifact, '1.0.0');
    expect(first).toMatch(new RegExp(`^${registry.address}/shop@sha256:[0-9a-f]{64}$`));

    expect(registry.trouble).toEqual([]);

    registry.login = { user: 'somebody', password: 'else' };
    await expect(engine.publish(artifact, '1.1.0')).rejects.toMatchObject({
      code: 'REGISTRY_DENIED',
      family: 'environment',
      hint: expect.stringContaining('docker login') as string,
    });
  } finally {
    await registry.close();
  }
});

needsEngine('a test whose program is not in the image could not be run: that is no verdict', async () => {
  await source({ Dockerfile: await dockerfile() });

  await expect(engine.test({ ...request({ run: [['no-such-tool']] }), artifact: await built() })).rejects.toMatchObject(
    {
      code: 'TOOL_MISSING',
    },
  );
});

needsEngine('a test that was cut at its deadline leaves no container behind', async () => {
  await source({ Dockerfile: await dockerfile() });
  const run = [['sh', '-c', 'trap "" TERM; while true; do sleep 1; done']] as const;
  const result = await engine.test({ ...request({ run, timeoutMs: 2_000 }), artifact: await built() });

  expect(result).toMatchObject({ kind: 'failed', command: { ended: 'timed-out' } });
  expect(await real.docker('ps', '-aq', '--filter', 'name=fairway-test')).toBe('');
});

needsEngine('what is not kept is removed, and nothing of others', async () => {
  await source({ Dockerfile: await dockerfile(), page: 'one' });
  const old = await built();
  await source({ page: 'two' });
  const fresh = await built();

  expect(await engine.prune([fresh.artifact])).toEqual([old.artifact]);
  expect(await engine.find(old.artifact)).toBeNull();
  expect(await engine.find(fresh.artifact)).toEqual(fresh);
  await expect(engine.verify(old)).rejects.toMatchObject({ code: 'ARTIFACT_CHANGED' });
  expect(await real.docker('images', '-q', await shell())).not.toBe('');
});
