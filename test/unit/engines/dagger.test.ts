import { describe, expect, test } from 'vitest';
import { ignoredPatterns } from '../../../src/domain/pipelines/ignored.ts';
import type { Pipeline, PipelineEnd } from '../../../src/domain/pipelines/pipeline.ts';
import { type DaggerPorts, daggerEngine } from '../../../src/engines/dagger.ts';
import type { BuildRequest, TestRequest } from '../../../src/engines/engine.ts';
import type { PipelineOptions } from '../../../src/ports.ts';
import { fakeExec } from '../../fakes/exec.ts';
import { fakeFiles } from '../../fakes/files.ts';

const digest = `sha256:${'a'.repeat(64)}`;

/** An engine whose pipelines end as they are told, and a Docker engine that takes what they made. */
function world(end: PipelineEnd, files: Readonly<Record<string, string>> = {}) {
  const asked: { readonly pipeline: Pipeline; readonly options: PipelineOptions }[] = [];
  const exec = fakeExec();
  const store = fakeFiles();
  const image = { id: digest, tags: [], labels: {}, sizeBytes: 1_000, registryDigests: [] };
  const ports = {
    repository: {
      exportTree: async (_commit: string, to: string) => {
        for (const [path, text] of Object.entries({ Dockerfile: 'FROM base', ...files }))
          await store.writeAtomic(`${to}/${path}`, text);
      },
    },
    files: store,
    exec,
    containers: { engine: async () => ({}), image: async () => image, tag: async () => undefined },
    archives: {
      normalise: async () => ({ configDigest: digest }),
      countFiles: async () => ({ files: 1, bytes: 1, largest: [] }),
    },
    docker: { program: 'docker', env: {} },
    random: (bytes: number) => 'f'.repeat(bytes),
    pipelines: {
      absence: null,
      run: async (pipeline: Pipeline, options: PipelineOptions) => {
        asked.push({ pipeline, options });
        options.onStep?.(0);
        return end;
      },
    },
  };
  const context = { stateDirectory: '/state', scratch: (purpose: string) => `/state/tmp-${purpose}` };
  return { engine: daggerEngine(context, ports as unknown as DaggerPorts), asked, exec };
}

const done: PipelineEnd = { kind: 'done', engineVersion: 'v0.21.8' };
const building = (more: Partial<BuildRequest> = {}): BuildRequest => ({
  commit: 'c'.repeat(40),
  version: '1.4.0',
  run: [],
  env: {},
  output: '.',
  dockerfile: 'Dockerfile',
  args: {},
  timeoutMs: 1_000,
  ...more,
});
const testing = (more: Partial<TestRequest> = {}): TestRequest => ({
  ...building(),
  run: [['npm', 'test']],
  artifact: { artifact: `image:${digest}`, location: digest, sizeBytes: 1, normal: null },
  ...more,
});
const step = { step: 0, durationMs: 1_200 };

describe('build', () => {
  test('what the ignore file names is not sent, and the image goes to the engine of the target', async () => {
    const { engine, asked, exec } = world(done, { '.dockerignore': '# ours\n/node_modules/\n!keep\n' });
    const built = await engine.build(building({ args: { MODE: 'fast' } }));
    expect(built).toMatchObject({ kind: 'built', artifact: { artifact: `image:${digest}` } });
    expect(asked[0]?.pipeline).toMatchObject({
      pipeline: 'build',
      args: { MODE: 'fast' },
      ignored: ['node_modules', '!keep', '!Dockerfile'],
      sshSocket: null,
    });
    expect(exec.commands.map(({ argv }) => argv.slice(0, 2))).toContainEqual(['docker', 'load']);
  });

  test('a line that fails is a failed build with the words of the command', async () => {
    const failure = { cmd: ['/bin/sh', '-c', 'make'], exitCode: 2, stdout: 'cc main.c\n', stderr: 'no rule\n' };
    const { engine } = world({ kind: 'exec-failed', failure, ...step });
    expect(await engine.build(building())).toMatchObject({
      kind: 'failed',
      command: { ended: 'exited', exitCode: 2, lastLines: ['cc main.c', 'no rule'] },
    });
  });

  test.each([
    'localhost:5000/x:1: unexpected status from HEAD request to http://localhost:5000/v2/x/manifests/1: 429 Too Many Requests',
    'localhost:5000/x:1: unexpected status from HEAD request to http://localhost:5000/v2/x/manifests/1: 500 Internal Server Error',
    'localhost:5000/x:1: pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials',
    'localhost:5000/x:1: localhost:5000/x:1: not found',
  ])('a registry that does not give the base image is no fault of the commit: %s', async (words) => {
    const { engine } = world({ kind: 'refused', message: `failed to convert Dockerfile to LLB: ${words}`, ...step });
    await expect(engine.build(building())).rejects.toMatchObject({ code: 'BASE_IMAGE_MISSING', family: 'environment' });
  });

  test('a Dockerfile that nobody understands is named with its line', async () => {
    const message =
      'failed to convert Dockerfile to LLB: dockerfile parse error on line 1: unknown instruction: FORM (did you mean FROM?)';
    const { engine } = world({ kind: 'refused', message, ...step });
    await expect(engine.build(building())).rejects.toMatchObject({ code: 'DOCKERFILE_INVALID' });
  });

  test('a build that asks for ssh where no agent runs says so before anything is sent', async () => {
    const { engine, asked } = world(done);
    const image = { kind: null, target: null, platform: null, secrets: {}, ssh: true, labels: {} };
    await expect(engine.build(building({ image }))).rejects.toMatchObject({ code: 'SSH_AGENT_MISSING' });
    expect(asked).toEqual([]);
  });
});

test('an empty secret is refused before anything is sent', async () => {
  const { engine, asked } = world(done);
  const image = { kind: null, target: null, platform: null, secrets: { npm: ' ' }, ssh: false, labels: {} };
  await expect(engine.build(building({ image }))).rejects.toMatchObject({ code: 'BUILD_SECRET_EMPTY' });
  expect(asked).toEqual([]);
});

describe('test', () => {
  test('commands run with the version of the release and the addresses of its servers', async () => {
    const { engine, asked } = world(done);
    const db = { type: 'postgres', image: 'postgres:18', env: {}, timeout: 1_000 } as const;
    expect(await engine.test(testing({ services: { db } }))).toMatchObject({ kind: 'passed' });
    expect(asked[0]?.pipeline).toMatchObject({
      pipeline: 'test',
      commands: [['npm', 'test']],
      env: { FAIRWAY_VERSION: '1.4.0', DB_HOST: 'db', DB_PORT: '5432' },
      services: [{ name: 'db', image: 'postgres:18', port: 5432 }],
    });
  });

  test('a command that hangs is a failed test that took too long', async () => {
    const { engine } = world({ kind: 'timed-out', ...step });
    expect(await engine.test(testing())).toMatchObject({
      kind: 'failed',
      command: { argv: ['npm', 'test'], ended: 'timed-out', exitCode: null },
    });
  });

  test('a program that is not in the image, or an engine that refuses, is no verdict', async () => {
    const stderr = 'exec: "npm": executable file not found in $PATH';
    const failure = { cmd: ['npm', 'test'], exitCode: 1, stdout: '', stderr };
    const missing = world({ kind: 'exec-failed', failure, ...step });
    await expect(missing.engine.test(testing())).rejects.toMatchObject({ code: 'TOOL_MISSING' });
    const refusing = world({ kind: 'refused', message: 'image archive import: unexpected EOF', ...step });
    await expect(refusing.engine.test(testing())).rejects.toMatchObject({ code: 'DAGGER_REFUSED' });
  });
});

test('without an ignore file everything is sent', () => {
  expect(ignoredPatterns('\n# nothing\n', 'Dockerfile')).toEqual([]);
});
