import { expect, test } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import type { BuildRequest, BuildResult, BuiltImage, Engine } from '../../../src/engines/engine.ts';
import type { ImageRegistry, RunEvent } from '../../../src/ports.ts';
import { build } from '../../../src/stages/build.ts';
import type { ImageReport } from '../../../src/stages/image-report.ts';
import { fakeSecrets } from '../../fakes/secrets.ts';
import { fakeClock } from '../../fakes/clock.ts';

const config = configSchema.parse({
  app: 'shop',
  build: {
    run: [
      ['npm', 'ci'],
      ['npm', 'run', 'build now'],
    ],
    env: { A: '1' },
  },
});
const built: BuildResult = {
  kind: 'built',
  artifact: {
    artifact: `directory:sha256:${'ab'.repeat(32)}`,
    location: '/state/artifacts/ab/tree',
    manifest: [
      { kind: 'directory', path: 'bin' },
      { kind: 'file', path: 'bin/run', isExecutable: true, size: 1_500, sha256: 'aa' },
      { kind: 'file', path: 'x', isExecutable: false, size: 1_000, sha256: 'bb' },
    ],
  },
};

function world(answer: (request: BuildRequest) => BuildResult) {
  const events: RunEvent[] = [];
  const requests: BuildRequest[] = [];
  const engine = {
    async build(request: BuildRequest) {
      requests.push(request);
      return answer(request);
    },
  } as Engine;
  const ports = {
    engine,
    reporter: { report: (event: RunEvent) => void events.push(event) },
    clock: fakeClock(),
    secrets: fakeSecrets({}),
  };
  return { events, requests, ports };
}

const input = { config, commit: 'c0ffee', version: '1.1.0', sourceDateEpoch: 1_700_000_000 };

test('a build answers the artifact and says how much it is', async () => {
  const { ports, events, requests } = world(() => built);

  const artifact = await build(input, ports);

  expect(artifact.artifact).toBe(`directory:sha256:${'ab'.repeat(32)}`);
  expect(requests[0]).toMatchObject({
    commit: 'c0ffee',
    version: '1.1.0',
    env: { A: '1' },
    sourceDateEpoch: 1_700_000_000,
  });
  expect(events[0]).toEqual({ type: 'stage-started', stage: 'build', title: 'Build 1.1.0' });
  expect(events.at(-1)).toMatchObject({
    type: 'stage-finished',
    outcome: 'ok',
    summary: '2 files, 2.5 kB, directory:sha256:abababababab',
  });
});

test('each command is shown before it runs, and its lines as they come', async () => {
  const { ports, events } = world((request) => {
    request.onCommand?.(['npm', 'run', 'build now'], 1);
    request.onLine?.('stderr', 'compiling');
    return built;
  });

  await build(input, ports);

  expect(events.slice(1, 3)).toEqual([
    { type: 'note', stage: 'build', text: "$ npm run 'build now'" },
    { type: 'output', stage: 'build', stream: 'stderr', line: 'compiling' },
  ]);
});

test('a build without commands says that the tree of the commit is the release', async () => {
  const { ports, events } = world(() => built);

  await build({ ...input, config: { ...config, build: { ...config.build, run: [] } } }, ports);

  expect(events[1]).toEqual({
    type: 'note',
    stage: 'build',
    text: 'no build commands are configured: the tree of the commit becomes the release',
  });
});

test('a command that fails is a refusal with its exit code and its last lines', async () => {
  const lastLines = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`);
  const { ports, events } = world((request) => ({
    kind: 'failed',
    command: {
      argv: request.run[1] ?? ['?'],
      index: 1,
      ended: 'exited',
      exitCode: 2,
      signal: null,
      durationMs: 3_200,
      lastLines,
    },
  }));

  const failure = await build(input, ports).catch((error: unknown) => error);

  expect(failure).toMatchObject({
    code: 'BUILD_FAILED',
    family: 'gate',
    exitCode: 3,
    hint: 'run it yourself in a clean checkout of the commit, correct it, and commit',
    facts: { command: ['npm', 'run', 'build now'], exitCode: 2, durationMs: 3_200, lastLines },
  });
  expect((failure as Error).message.split('\n')).toEqual([
    "npm run 'build now' exited with 2 after 3.2 s (command 2 of 2)",
    ...lastLines.slice(10).map((line) => `  | ${line}`),
  ]);
  expect(events.at(-1)).toMatchObject({ type: 'stage-finished', outcome: 'refused', summary: 'BUILD_FAILED' });
});

test('a command that takes too long is told apart, with its limit and where to change it', async () => {
  const { ports } = world(() => ({
    kind: 'failed',
    command: {
      argv: ['make'],
      index: 0,
      ended: 'timed-out',
      exitCode: null,
      signal: 'SIGTERM',
      durationMs: 900_010,
      lastLines: [],
    },
  }));

  await expect(
    build({ ...input, config: { ...config, build: { ...config.build, run: [['make']] } } }, ports),
  ).rejects.toMatchObject({
    code: 'BUILD_TIMEOUT',
    message: 'make did not end within 15 min and was ended\n  (it wrote nothing)',
    hint: 'find out what it waits for, or give it more time: build.timeout',
  });
});

test('a command that was killed from outside says that memory may have run out', async () => {
  const { ports } = world(() => ({
    kind: 'failed',
    command: {
      argv: ['make'],
      index: 0,
      ended: 'exited',
      exitCode: null,
      signal: 'SIGKILL',
      durationMs: 60_000,
      lastLines: ['x'],
    },
  }));

  await expect(build(input, ports)).rejects.toThrow(
    'make was killed after 1 min (SIGKILL, often because memory ran out)',
  );
});

test('of a build that writes a million lines the first 10,000 are shown, and it says so once', async () => {
  const { ports, events } = world((request) => {
    for (let i = 0; i < 1_000_000; i += 1) request.onLine?.('stdout', 'x');
    return built;
  });

  await build(input, ports);

  expect(events.filter(({ type }) => type === 'output')).toHaveLength(10_000);
  expect(events.filter(({ type }) => type === 'note')).toEqual([
    { type: 'note', stage: 'build', text: 'only the first 10,000 lines of the output are shown: there are too many' },
  ]);
});

const image: BuildResult = {
  kind: 'built',
  dockerfile: { path: 'Dockerfile', text: 'FROM node:24\nCOPY . .\n', isGenerated: false },
  artifact: {
    artifact: `image:sha256:${'cd'.repeat(32)}`,
    location: `sha256:${'cd'.repeat(32)}`,
    sizeBytes: 12e6,
    normal: {
      configDigest: `sha256:${'cd'.repeat(32)}`,
      manifestDigest: `sha256:${'ef'.repeat(32)}`,
      config: { config: {}, history: [] },
      layers: [{ digest: 'sha256:1', sizeBytes: 12e6, step: 'COPY . .' }],
    },
  },
};

function imageWorld(settings: object, previousBytes: number) {
  const found = world(() => image);
  const previous: BuiltImage = {
    artifact: 'image:sha256:old',
    location: 'sha256:old',
    sizeBytes: previousBytes,
    normal: {
      configDigest: 'sha256:old',
      manifestDigest: '',
      config: {},
      layers: [{ digest: 'sha256:0', sizeBytes: previousBytes, step: 'COPY . .' }],
    },
  };
  const engine = { ...found.ports.engine, find: async () => previous } as Engine;
  const reports: ImageReport[] = [];
  const judge = {
    previous: { artifact: 'image:sha256:old', version: '1.0.0' },
    onImage: (report: ImageReport) => void reports.push(report),
  };
  const parsed = configSchema.parse({ app: 'shop', image: settings });
  const run = async () => await build({ ...input, config: parsed, judge }, { ...found.ports, engine });
  return { ...found, reports, run };
}

test('an image that breaks rules is built with warnings that name the line, and its size is compared', async () => {
  const { run, reports, events } = imageWorld({ policy: { base: 'off' } }, 10e6);
  await run();

  expect(events.flatMap((event) => (event.type === 'warning' ? [event.text] : []))).toEqual([
    'Dockerfile:1: the image runs as root: it names no USER',
    'Dockerfile:1: nobody can tell whether a container of the image is well: it has no HEALTHCHECK',
    'the image is too large: 12.0 MB are 20.0 % more than the 10.0 MB of the last release (limit 10.0 %)',
  ]);
  expect(reports[0]?.size).toMatchObject({ sizeBytes: 12e6, beforeBytes: 10e6 });
});

test('a rule that is a gate refuses the image, and the result still tells what was found', async () => {
  const { run, reports } = imageWorld({ policy: { user: 'gate', healthcheck: 'off', base: 'off' } }, 10e6);

  await expect(run()).rejects.toMatchObject({
    code: 'IMAGE_POLICY',
    family: 'gate',
    message: 'the image breaks a rule:\n  Dockerfile:1: the image runs as root: it names no USER',
  });
  expect(reports[0]?.policy).toHaveLength(1);
});

test('a budget that is a gate refuses an image that grew too much', async () => {
  const policy = { user: 'off', healthcheck: 'off', base: 'off' };
  const { run } = imageWorld({ policy, size: { exceeded: 'gate', growth: '15%' } }, 10e6);

  await expect(run()).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE', family: 'gate' });
});

test('where nothing is kept of the last release, its layers are read from its provenance in the registry', async () => {
  const { ports, reports, parsed } = { ...world(() => image), ...reporting() };
  const layers = [{ digest: 'sha256:0', sizeBytes: 8e6, step: 'COPY . .' }];
  const byproducts = [{ name: 'layers', annotations: { layers } }];
  const asked: string[] = [];
  const registry = {
    async resolve(repository: string, tag: string) {
      asked.push(`${repository}:${tag}`);
      return 'sha256:1';
    },
    attachedTo: async () => [{ digest: 'sha256:2', artifactType: 'application/vnd.in-toto+json', annotations: {} }],
    read: async () => JSON.stringify({ predicate: { runDetails: { byproducts } } }),
  } as unknown as ImageRegistry;
  const engine = { ...ports.engine, find: async () => null } as Engine;
  const judge = {
    previous: { artifact: 'image:sha256:old', version: '1.0.0+c0ffee' },
    onImage: (report: ImageReport) => void reports.push(report),
  };
  await build({ ...input, config: parsed, judge }, { ...ports, engine, registry });

  expect(asked).toEqual(['registry.example/shop:1.0.0_c0ffee']);
  expect(reports[0]?.size).toMatchObject({ sizeBytes: 12e6, beforeBytes: 8e6 });
});

function reporting() {
  const reports: ImageReport[] = [];
  const registry = { repository: 'registry.example/shop' };
  return { reports, parsed: configSchema.parse({ app: 'shop', build: { registry } }) };
}
