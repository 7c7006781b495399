import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { build } from '../../../../scripts/build.ts';
import { type DaggerOptions, daggerPipeline } from '../../../../src/adapters/dagger/client.ts';
import type { BuildPipeline, Pipeline, TestPipeline } from '../../../../src/domain/pipelines/pipeline.ts';
import { type Answer, openSession, type Session } from '../../../pipelines/session.ts';

let folder: string;
let entry: string;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairway-dagger-'));
  await build(join(folder, 'dist'));
  entry = join(folder, 'dist/dagger.js');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function engine(answer?: (query: string) => Answer | null, version?: string): Promise<Session> {
  const session = await openSession(answer, version);
  closing.push(async () => await session.close());
  return session;
}

/** Run with nothing of this machine's own Dagger in sight. */
async function run(
  env: Readonly<Record<string, string>>,
  more: Partial<DaggerOptions> = {},
  request: Pipeline = { pipeline: 'probe' },
) {
  const options = { env: { PATH: '', ...env }, program: [process.execPath, entry] as const };
  return await daggerPipeline(request, { ...options, connectTimeoutMs: 20_000, timeoutMs: 40_000, ...more });
}

const at = ({ port, token }: Pick<Session, 'port' | 'token'>) => ({
  DAGGER_SESSION_PORT: String(port),
  DAGGER_SESSION_TOKEN: token,
});

/** A stand-in for the engine's command line; writes its pid where we find it. */
function commandLine(name: string, body: string): { readonly env: Record<string, string>; pid(): Promise<number> } {
  const program = join(folder, `${name}.cjs`);
  const pidFile = join(folder, `${name}.pid`);
  writeFileSync(
    program,
    `#!${process.execPath}\nrequire('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));\n${body}\n`,
  );
  chmodSync(program, 0o755);
  return {
    env: { _EXPERIMENTAL_DAGGER_CLI_BIN: program },
    async pid() {
      await until(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '');
      return Number(readFileSync(pidFile, 'utf8'));
    },
  };
}

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_500 && !isSo(); tries += 1) await delay(20);
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const deaf = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);";

test('with an engine at hand the pipeline runs and says which engine it was', async () => {
  const session = await engine();
  expect(await run(at(session))).toEqual({ kind: 'done', engineVersion: 'v0.21.8' });
});

const building = (more: Partial<BuildPipeline> = {}): BuildPipeline => ({
  pipeline: 'build',
  source: folder,
  ignored: [],
  dockerfile: 'Dockerfile',
  args: {},
  target: '',
  platform: '',
  secrets: {},
  sshSocket: null,
  archive: join(folder, 'image.tar'),
  ...more,
});

test('an image is built from what is not ignored, and leaves as an archive at the place that was asked for', async () => {
  const session = await engine();
  const request = building({ ignored: ['node_modules', '!Dockerfile'], args: { MODE: 'fast' } });
  expect(await run(at(session), {}, request)).toMatchObject({ kind: 'done' });
  expect(session.queries).toEqual([
    `{ host { directory (path: "${folder}",noCache: true,exclude: ["node_modules","!Dockerfile"]) { dockerBuild (dockerfile: "Dockerfile",buildArgs: [{name:"MODE",value:"fast"}]) { asTarball (mediaTypes: OCI) { export (path: "${folder}/image.tar") } } } } }`,
  ]);
});

const testing = (...commands: readonly (readonly string[])[]): TestPipeline => ({
  pipeline: 'test',
  archive: entry,
  commands,
  env: { CI: 'true' },
  services: [],
  reports: [],
});

/** An engine in which commands with these words fail, and the others write two lines. */
const testEngine = (failing: string, exitCode: number) => (query: string) => {
  const [, leaf] = /(\w+)[\s}]*$/.exec(query) ?? [];
  const fails = failing !== '' && query.includes(failing);
  if (leaf === 'exitCode') return { value: fails ? exitCode : 0 };
  if (leaf === 'stdout') return { value: '1 passed\n2 passed\n' };
  if (leaf === 'stderr') return { value: fails ? 'cart: 1 failed' : '' };
  if (query.includes('exists (path: "/app/junit.xml"')) return { value: true };
  if (query.includes('exists (')) return { value: false };
  if (leaf === 'contents') return { value: '<testsuite/>' };
  if (leaf === 'workdir') return { value: '/app' };
  return null;
};

test('tests run step by step in the image, and what each wrote is told line by line', async () => {
  const session = await engine(testEngine('', 0));
  const told: string[] = [];
  const more = {
    onStep: (index: number) => void told.push(`step ${index}`),
    onLine: (stream: string, line: string) => void told.push(`${stream}: ${line}`),
  };
  const request = testing(['npm', 'test'], ['npm', 'run', 'e2e']);
  expect(await run(at(session), more, request)).toMatchObject({ kind: 'done' });
  const passed = ['stdout: 1 passed', 'stdout: 2 passed'];
  expect(told).toEqual(['step 0', ...passed, 'step 1', ...passed]);
  expect(session.queries.at(-1)).toContain(
    'withExec (args: ["npm","test"],expect: ANY) { withEnvVariable (name: "CI",value: "true") { withExec (args: ["npm","run","e2e"],expect: ANY)',
  );
});

test('tests that fail in the engine are an end with their exit code and words, and their reports are read', async () => {
  const session = await engine(testEngine('e2e', 3));
  const read: unknown[] = [];
  const request = { ...testing(['npm', 'test'], ['npm', 'run', 'e2e']), reports: ['junit.xml', 'lcov.info'] };
  const ended = await run(at(session), { onReports: (reports) => void read.push(reports) }, request);
  const failure = { cmd: ['npm', 'run', 'e2e'], exitCode: 3, stderr: 'cart: 1 failed' };
  expect(ended).toMatchObject({ kind: 'exec-failed', step: 1, failure });
  expect(read.at(-1)).toEqual({ root: '/app', texts: { 'junit.xml': '<testsuite/>', 'lcov.info': null } });
});

test('servers stand beside the tests, the application after those that it needs', async () => {
  const session = await engine(testEngine('', 0));
  const services = [
    { name: 'db', image: 'postgres:18', argv: [], env: { POSTGRES_PASSWORD: 'x' }, port: 5432 },
    { name: 'web', image: null, argv: ['node', 'server.js'], env: { DB_HOST: 'db' }, port: 8080 },
  ];
  await run(at(session), {}, { ...testing(['npm', 'test']), services });
  const servers = session.queries.filter((query) => query.includes('asService'));
  const web = servers.find((query) => query.includes('server.js'));
  expect(servers[0]).toContain('withExposedPort (port: 5432) { asService (useEntrypoint: true)');
  expect(web).toContain('withServiceBinding (alias: "db"');
  expect(web).toContain('asService (args: ["node","server.js"])');
  expect(session.queries.at(-1)).toMatch(/withServiceBinding \(alias: "db".*withServiceBinding \(alias: "web"/);
});

test('what the engine refuses is an end in its words', async () => {
  const message = 'failed to convert Dockerfile to LLB: dockerfile parse error on line 3: unknown instruction: RUNN';
  const session = await engine((query) => (query.includes('dockerBuild') ? { message } : null));
  expect(await run(at(session), {}, building())).toMatchObject({ kind: 'refused', step: 0, message });
});

test('without an engine nothing is downloaded: it is one clear error at once', async () => {
  await expect(run({})).rejects.toMatchObject({ code: 'DAGGER_MISSING', family: 'environment' });
  await expect(run({ DAGGER_SESSION_PORT: '1' })).rejects.toThrow('DAGGER_SESSION_TOKEN is not');
  const gone = join(folder, 'gone');
  await expect(run({ _EXPERIMENTAL_DAGGER_CLI_BIN: gone })).rejects.toThrow(`${gone} is not there`);
});

test('nobody listens on the port of the session', async () => {
  const session = await openSession();
  await session.close();
  await expect(run(at(session))).rejects.toMatchObject({ code: 'DAGGER_UNREACHABLE' });
});

test('a socket that accepts and stays silent ends at the deadline for connecting', async () => {
  const server: Server = createServer(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => server.close());
  const { port } = server.address() as AddressInfo;
  const ended = run(at({ port, token: 'x' }), { connectTimeoutMs: 1_500 });
  await expect(ended).rejects.toMatchObject({
    code: 'DAGGER_UNREACHABLE',
    message: 'no Dagger engine answered within 1.5 s',
  });
});

test('a command line that never answers and ignores SIGTERM leaves nothing behind', async () => {
  const cli = commandLine('deaf', deaf);
  await expect(run(cli.env, { connectTimeoutMs: 2_500 })).rejects.toMatchObject({ code: 'DAGGER_UNREACHABLE' });
  expect(isRunning(await cli.pid())).toBe(false);
});

test('a command line that fails is one clear error', async () => {
  const cli = commandLine('failing', "console.error('incompatible client version'); process.exit(2);");
  await expect(run(cli.env)).rejects.toMatchObject({
    code: 'DAGGER_UNREACHABLE',
    message: 'no Dagger engine answered: incompatible client version',
  });
});

test('an engine that is too old is named', async () => {
  const session = await engine(undefined, 'v0.18.19');
  await expect(run(at(session))).rejects.toMatchObject({
    code: 'DAGGER_VERSION',
    message: 'the Dagger engine is v0.18.19; from v0.19.0 on it would do',
  });
});

test('an engine that is killed in the middle of a pipeline is lost, not refused', async () => {
  const session = await engine((query) => (query.includes('dockerBuild') ? 'cut' : null));
  await expect(run(at(session), {}, building())).rejects.toMatchObject({ code: 'DAGGER_LOST' });
});

test('a step that hangs ends at its own deadline', async () => {
  const session = await engine((query) => (query.includes('dockerBuild') ? 'silence' : null));
  const ended = await run(at(session), { timeoutMs: 2_500 }, building());
  expect(ended).toMatchObject({ kind: 'timed-out', step: 0 });
});

test('an interruption ends the pipeline with its own reason, and the session of the command line with it', async () => {
  const cli = commandLine('interrupted', deaf);
  const interruption = new AbortController();
  const ended = run(cli.env, { signal: interruption.signal });
  const pid = await cli.pid();
  interruption.abort(new Error('interrupted by SIGINT'));
  await expect(ended).rejects.toThrow('interrupted by SIGINT');
  expect(isRunning(pid)).toBe(false);
});

test('when the client is killed the child and all that it started end by themselves', async () => {
  const cli = commandLine('orphaned', deaf);
  const program = join(import.meta.dirname, 'programs/runs-a-pipeline.ts');
  const client = spawn(process.execPath, [program, entry], { env: { PATH: '', ...cli.env }, stdio: 'ignore' });
  const pid = await cli.pid();
  client.kill('SIGKILL');
  await once(client, 'exit');
  await until(() => !isRunning(pid));
  expect(isRunning(pid)).toBe(false);
});
