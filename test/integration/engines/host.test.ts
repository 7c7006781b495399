import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { nodeFiles } from '../../../src/adapters/node/files.ts';
import { nodeOrphans } from '../../../src/adapters/node/orphans.ts';
import type {
  BuildRequest,
  BuiltArtifact,
  BuiltDirectory,
  Engine,
  FailedCommand,
} from '../../../src/engines/engine.ts';
import { hostEngine } from '../../../src/engines/host.ts';
import { Interrupted } from '../../../src/errors.ts';
import type { Argv } from '../../../src/ports.ts';
import { isRunning, pidIn } from '../../fakes/running.ts';
import { useWorkshop } from '../adapters/node/workshop.ts';

const at = useWorkshop();
const commit = 'c0ffee0000000000000000000000000000000000';
let engine: Engine;
let source: string;

beforeEach(async () => {
  source = at.path('source of the commit');
  await mkdir(source);
  const { scratch } = nodeOrphans(at.stateDirectory);
  const files = nodeFiles();
  const repository = { exportTree: async (_: string, directory: string) => await files.copyTree(source, directory) };
  engine = hostEngine({ stateDirectory: at.stateDirectory, scratch }, { repository, files, exec: at.exec });
});

async function inSource(path: string, text: string): Promise<void> {
  await mkdir(dirname(`${source}/${path}`), { recursive: true });
  await writeFile(`${source}/${path}`, text);
}

const sh = (script: string): Argv => ['sh', '-c', script];
const request = (run: readonly Argv[], over: Partial<BuildRequest> = {}): BuildRequest => ({
  commit,
  version: '1.1.0',
  run,
  env: {},
  output: '.',
  dockerfile: 'Dockerfile',
  args: {},
  timeoutMs: 30_000,
  ...over,
});

async function built(run: readonly Argv[], over: Partial<BuildRequest> = {}): Promise<BuiltDirectory> {
  const result = await engine.build(request(run, over));
  if (result.kind !== 'built') throw new Error(`the build failed: ${result.command.lastLines.join(' / ')}`);
  return result.artifact as BuiltDirectory;
}

async function failed(run: readonly Argv[], over: Partial<BuildRequest> = {}): Promise<FailedCommand> {
  const result = await engine.build(request(run, over));
  if (result.kind !== 'failed') throw new Error('the build succeeded');
  return result.command;
}

async function leftovers(): Promise<readonly string[]> {
  const scratch = await readdir(`${at.stateDirectory}/scratch`).catch(() => []);
  return [...scratch, ...(await readdir(`${at.stateDirectory}/processes`).catch(() => []))];
}

describe('a build', () => {
  test('runs its commands in a clean tree and keeps the folder that it is told to', async () => {
    await inSource('src/page.html', '<h1>hello</h1>');
    const run = [
      ['mkdir', '-p', 'dist'],
      ['cp', 'src/page.html', 'dist/index.html'],
    ] as const;

    const { artifact, location, manifest } = await built(run, { output: 'dist' });

    expect(artifact).toMatch(/^directory:sha256:[0-9a-f]{64}$/);
    expect(await readFile(`${location}/index.html`, 'utf8')).toBe('<h1>hello</h1>');
    expect(manifest.map(({ path }) => path)).toEqual(['index.html']);
    expect(existsSync(`${source}/dist`)).toBe(false);
    expect(await leftovers()).toEqual([]);
  });

  test('without commands keeps the tree of the commit, with modes and links', async () => {
    await inSource('bin/run', '#!/bin/sh\n');
    await chmod(`${source}/bin/run`, 0o755);
    await symlink('bin/run', `${source}/start`);

    const { location } = await built([]);

    expect((await nodeFiles().stat(`${location}/bin/run`))?.mode).toBe(0o755);
    expect(await nodeFiles().readLink(`${location}/start`)).toBe('bin/run');
  });

  test('knows its version, its commit and the date that reproducible tools use', async () => {
    const script = 'echo "$FAIRWAY_VERSION $FAIRWAY_COMMIT $SOURCE_DATE_EPOCH $OWN" > facts';
    const { location } = await built([sh(script)], { sourceDateEpoch: 1_700_000_000, env: { OWN: 'yes' } });

    expect(await readFile(`${location}/facts`, 'utf8')).toBe(`1.1.0 ${commit} 1700000000 yes\n`);
  });

  test('twice the same gives one artifact, and a change gives another', async () => {
    await inSource('a', '1');
    const [first, second] = [await built([]), await built([])];
    await inSource('a', '2');
    const third = await built([]);

    expect(second).toEqual(first);
    expect(third.artifact).not.toBe(first.artifact);
    expect(await readdir(`${at.stateDirectory}/artifacts`)).toHaveLength(2);
  });

  test('four times the same at once gives one artifact that is what it says', async () => {
    await inSource('a', '1');
    const all = await Promise.all(Array.from({ length: 4 }, async () => await built([])));

    expect(new Set(all.map(({ artifact }) => artifact)).size).toBe(1);
    await expect(engine.verify(all[0] as BuiltArtifact)).resolves.toBeUndefined();
    expect(await leftovers()).toEqual([]);
  });

  test('that fails answers the command, its exit code and the last of its lines, and leaves nothing', async () => {
    const command = await failed([['true'], sh('seq 1 100; echo broken >&2; exit 2'), ['touch', at.path('never')]]);

    expect(command).toMatchObject({ index: 1, ended: 'exited', exitCode: 2 });
    expect(command.lastLines).toHaveLength(20);
    expect(command.lastLines).toContain('broken');
    expect(existsSync(at.path('never'))).toBe(false);
    expect(await leftovers()).toEqual([]);
  });

  test('that hangs is ended at its deadline, with everything that it started', async () => {
    const script = `sleep 3600 & echo $! > "$PIDFILE"; echo waiting; wait`;
    const command = await failed([sh(script)], { timeoutMs: 1_500, env: { PIDFILE: at.path('pid') } });

    expect(command).toMatchObject({ ended: 'timed-out', lastLines: ['waiting'] });
    expect(isRunning(await pidIn(at.path('pid')))).toBe(false);
    expect(await leftovers()).toEqual([]);
  });

  test('that writes 1 GB answers its last lines and nothing else of it', async () => {
    let lines = 0;
    const command = await failed([sh('yes "a line of a build that says too much" | head -c 1000000000; exit 1')], {
      onLine: () => {
        lines += 1;
      },
      timeoutMs: 120_000,
    });

    expect(command.exitCode).toBe(1);
    expect(command.lastLines).toHaveLength(20);
    expect(lines).toBe(Math.ceil(1_000_000_000 / 37));
  });

  test('that leaves a process in the background is done, and the process is gone', async () => {
    await built([sh('sleep 3600 & echo $! > "$PIDFILE"; echo ok > result')], { env: { PIDFILE: at.path('pid') } });

    expect(isRunning(await pidIn(at.path('pid')))).toBe(false);
  });

  test('that is interrupted throws the reason and leaves neither process nor file', async () => {
    const controller = new AbortController();
    const reason = new Interrupted('INTERRUPTED', 'Interrupted by SIGINT.');
    const script = 'sleep 3600 & echo $! > "$PIDFILE"; wait';
    const running = engine.build(
      request([sh(script)], { signal: controller.signal, env: { PIDFILE: at.path('pid') } }),
    );
    const pid = await pidIn(at.path('pid'));
    controller.abort(reason);

    await expect(running).rejects.toBe(reason);
    expect(isRunning(pid)).toBe(false);
    expect(await leftovers()).toEqual([]);
  });

  test('whose program is not installed is an error of the environment', async () => {
    await inSource('a', '1');

    await expect(engine.build(request([['no-such-tool']]))).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      family: 'environment',
    });
    expect(await leftovers()).toEqual([]);
  });

  test('runs a program of the tree that has a space in its path', async () => {
    await inSource('my scripts/make it', '#!/bin/sh\necho "$1" > made\n');
    await chmod(`${source}/my scripts/make it`, 0o755);

    const { location } = await built([['./my scripts/make it', 'a b']]);

    expect(await readFile(`${location}/made`, 'utf8')).toBe('a b\n');
  });

  test('shows no secret, neither in lines nor in what it answers', async () => {
    at.mask.register('correct-horse');
    const lines: string[] = [];
    const command = await failed([sh('echo "token $TOKEN"; echo "$TOKEN" >&2; exit 1')], {
      env: { TOKEN: 'correct-horse' },
      onLine: (_, line) => lines.push(line),
    });

    expect([...lines].toSorted()).toEqual(['***', 'token ***']);
    expect([...command.lastLines].toSorted()).toEqual(['***', 'token ***']);
  });
});

describe('the folder that a build leaves', () => {
  test('must be there', async () => {
    await inSource('public/a', '1');

    await expect(engine.build(request([], { output: 'dist/web' }))).rejects.toMatchObject({
      code: 'BUILD_OUTPUT_MISSING',
      family: 'gate',
      message: 'build.output names "dist/web", but the build left no such folder',
      hint: 'correct build.output; after the build there is: public',
    });
  });

  test('must not be reached through a link', async () => {
    await symlink('/etc', `${source}/dist`);

    await expect(engine.build(request([], { output: 'dist' }))).rejects.toMatchObject({
      code: 'BUILD_OUTPUT_MISSING',
      message: 'build.output names "dist", but it is a symlink, not a folder',
    });
  });

  test('must not hold a link out of it', async () => {
    await inSource('a', '1');

    await expect(engine.build(request([sh('ln -s /etc/passwd users')]))).rejects.toMatchObject({
      code: 'ARTIFACT_LINK_OUTSIDE',
      message: 'users is a link to /etc/passwd, outside of the release',
    });
    expect(await leftovers()).toEqual([]);
  });

  test('must not hold a pipe or a socket', async () => {
    await inSource('a', '1');

    await expect(engine.build(request([sh('mkdir run; mkfifo run/pipe')]))).rejects.toMatchObject({
      code: 'ARTIFACT_SPECIAL_FILE',
      message: 'run/pipe is a socket, a pipe or a device: it cannot be part of a release',
    });
  });
});

describe('tests of what was built', () => {
  test('run in a copy: what they write does not change the artifact', async () => {
    await inSource('a', '1');
    const artifact = await built([]);

    const result = await engine.test({ ...request([sh('grep 1 a && echo 2 > a && mkdir coverage')]), artifact });

    expect(result).toMatchObject({ kind: 'passed' });
    await expect(engine.verify(artifact)).resolves.toBeUndefined();
    expect(await leftovers()).toEqual([]);
  });

  test('that fail answer the command and its exit code', async () => {
    await inSource('a', '1');
    const artifact = await built([]);

    const result = await engine.test({ ...request([['true'], ['grep', '2', 'a']]), artifact });

    expect(result).toMatchObject({ kind: 'failed', command: { index: 1, exitCode: 1 } });
    expect(await leftovers()).toEqual([]);
  });
});

test('an artifact that somebody wrote into is noticed', async () => {
  await inSource('a', '1');
  const artifact = await built([]);
  await writeFile(`${artifact.location}/a`, 'tampered');

  await expect(engine.verify(artifact)).rejects.toMatchObject({ code: 'ARTIFACT_CHANGED' });
});
