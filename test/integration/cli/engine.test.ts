import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Answer, openSession } from '../../pipelines/session.ts';
import { type Ended, root, run, source } from './fairway.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fairway engine '));
  const git = async (...args: readonly string[]): Promise<unknown> =>
    await promisify(execFile)('git', ['-c', 'user.name=T', '-c', 'user.email=t@app.example', ...args], {
      cwd: directory,
    });
  await writeFile(
    join(directory, 'fairway.yml'),
    `app: tiny
build: { run: node -e "process.exit(9)" }
processes: { web: { command: node server.js, traffic: true } }
environments:
  images: { target: { type: docker }, proxy: { type: haproxy } }
  local: { target: { type: process }, proxy: { type: embedded } }
`,
  );
  await writeFile(join(directory, 'Dockerfile'), 'FROM scratch\n');
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'feat: begin');
});
afterAll(async () => await rm(directory, { recursive: true, force: true }));

/** A build that ends at its first command, or before: which engine it took has been said by then. */
async function build(
  env: Readonly<Record<string, string>>,
  environment = 'images',
  ...args: readonly string[]
): Promise<Ended> {
  const nowhere = `unix://${directory}/none.sock`;
  return await run(source, ['build', '--allow-dirty', '--env', environment, ...args], {
    cwd: directory,
    env: { PATH: '/usr/bin:/bin', DOCKER_HOST: nowhere, ...env },
  });
}

async function dagger(answer?: (query: string) => Answer | null, version?: string) {
  const session = await openSession(answer, version);
  onTestFinished(async () => await session.close());
  return { DAGGER_SESSION_PORT: String(session.port), DAGGER_SESSION_TOKEN: session.token };
}

describe('--engine auto', () => {
  test('takes Dagger where it answers, and says so', async () => {
    expect((await build(await dagger())).stdout).toContain('engine: dagger v0.21.8');
  });

  test('takes docker where nothing names a Dagger engine, and says why', async () => {
    const { stdout } = await build({});
    expect(stdout).toContain(
      'engine: docker (no Dagger engine: no session is given, and no dagger command line on PATH)',
    );
  });

  test('takes docker where the Dagger engine is gone or too old, and says so', async () => {
    const closed = await openSession();
    await closed.close();
    const gone = { DAGGER_SESSION_PORT: String(closed.port), DAGGER_SESSION_TOKEN: 'x' };
    expect((await build(gone)).stdout).toContain('engine: docker (no Dagger engine answered');
    const old = await build(await dagger(undefined, 'v0.18.19'));
    expect(old.stdout).toContain('engine: docker (the Dagger engine is v0.18.19; from v0.19.0 on it would do)');
  });
});

test('an engine that makes an image is refused for a target that runs a directory', async () => {
  const { code, stderr } = await build({}, 'local', '--engine', 'dagger');
  expect(code).toBe(2);
  expect(stderr).toContain('the engine "dagger" makes an image, and a target of type process runs a directory');
});

test('without an engine npm run test:dagger says that nothing was run, and is not green', async () => {
  const ended = await run(join(root, 'scripts/test-dagger.ts'), [], { cwd: root, env: { HOME: directory } });
  expect(ended.code).toBe(6);
  expect(ended.stderr).toContain('nothing was run: no Dagger engine is named');
  const gone = { _EXPERIMENTAL_DAGGER_RUNNER_HOST: 'unix:///none', _EXPERIMENTAL_DAGGER_CLI_BIN: '/none/dagger' };
  const missing = await run(join(root, 'scripts/test-dagger.ts'), [], { cwd: root, env: gone });
  expect(missing.code).toBe(6);
  expect(missing.stderr).toContain(
    'nothing was run: no Dagger engine: no session is given, and /none/dagger is not there',
  );
});

test('a command of the Dagger module does not deploy to the container that ends with it', async () => {
  const ended = await run(source, ['deploy', '--env', 'local'], {
    cwd: directory,
    env: { FAIRWAY_DAGGER_CALL: 'one' },
  });
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain('TARGET_SHORT_LIVED');
});
