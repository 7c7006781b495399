import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import type { FinalDocument } from '../../../src/domain/report/final-document.ts';
import { missing } from '../../requirements.ts';
import { run as runNode, source } from '../cli/fairway.ts';
import { ask } from '../proxies/client.ts';
import { engineNeeds, needsEngine, openTestEngine, type TestEngine } from './engine.ts';

const run = promisify(execFile);
const canRun = missing(engineNeeds) === null;

let engine: TestEngine;
let directory: string;
let port: number;

beforeAll(async () => {
  if (!canRun) return;
  engine = await openTestEngine();
  await engine.base();
});
afterAll(async () => {
  if (canRun) await engine.close();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fairway ship '));
  port = await nodePorts().free();
});
afterEach(async () => {
  if (canRun) await fairway('down', '--yes');
  await rm(directory, { recursive: true, force: true });
});

const goodServer = (text: string): string => `
  const server = require('node:http').createServer((request, response) => response.end(${JSON.stringify(text)}));
  server.listen(process.env.PORT, process.env.HOST);
  process.on('SIGTERM', () => server.close(() => process.exit(0)));`;

const configuration = (): string => `
app: tiny
build: { args: { BASE_IMAGE: env:BASE_IMAGE } }
test: { run: node --check server.js }
processes:
  web: { command: node server.js, traffic: true, ready: { path: /, timeout: 4s }, stopGrace: 3s, maxRestarts: 0 }
smoke: { checks: [{ type: http, name: home, path: / }] }
deploy: { steps: [50, 100], hold: 300ms, drain: 2s }
target: { type: docker, memory: 64MB }
proxy: { type: embedded, port: ${port} }
`;

async function git(...args: readonly string[]): Promise<string> {
  const who = ['-c', 'user.name=Tiny', '-c', 'user.email=tiny@app.example'];
  return (await run('git', [...who, ...args], { cwd: directory })).stdout.trim();
}

async function commit(message: string, server: string): Promise<void> {
  await writeFile(join(directory, 'server.js'), server);
  await git('add', '--all');
  await git('commit', '--quiet', '--message', message);
}

async function begin(server: string): Promise<void> {
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('config', 'user.name', 'Tiny');
  await git('config', 'user.email', 'tiny@app.example');
  await writeFile(join(directory, '.gitignore'), 'state\nconfig\n.cache\n.npm\n');
  await writeFile(join(directory, 'fairway.yml'), configuration());
  await writeFile(
    join(directory, 'Dockerfile'),
    'ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nWORKDIR /app\nCOPY server.js .\n',
  );
  await commit('feat: a page', server);
}

interface Shipped {
  readonly exitCode: number | null;
  readonly document: FinalDocument;
}

async function fairway(...args: readonly string[]): Promise<Shipped> {
  const env = { DOCKER_HOST: engine.host, DOCKER_CONFIG: join(directory, 'config'), BASE_IMAGE: await engine.base() };
  const { code, stdout, stderr } = await runNode(source, [...args, '--json'], { cwd: directory, env });
  if (stdout === '') throw new Error(stderr);
  return { exitCode: code, document: JSON.parse(stdout) as FinalDocument };
}

const page = async (): Promise<string> => (await ask(`http://127.0.0.1:${port}/`)).body.toString();
const containers = async (format: string): Promise<readonly string[]> =>
  (await engine.docker('ps', '--all', '--format', format)).split('\n').filter((line) => line !== '');

needsEngine('releases in containers are shipped, taken back and put away', async () => {
  await begin(goodServer('one'));
  const first = await fairway('ship');
  expect([first.exitCode, first.document.code]).toEqual([0, 'RELEASED']);
  expect(await page()).toBe('one');

  await commit('feat: another page', goodServer('two'));
  const second = await fairway('ship');
  expect(second.document.code).toBe('RELEASED');
  expect(await page()).toBe('two');
  const artifact = String(second.document.result['artifact']);
  expect(artifact).toMatch(/^image:sha256:[0-9a-f]{64}$/);
  expect(await containers('{{.Label "fairway.artifact"}} {{.State}}')).toContain(`${artifact} running`);

  const back = await fairway('rollback');
  expect(back.document.code).toBe('BACK_ON_OLD');
  expect(await page()).toBe('one');

  await fairway('down', '--yes');
  expect(await containers('{{.Names}}')).toEqual([]);
  await expect(page()).rejects.toThrow('ECONNREFUSED');
});

needsEngine('a canary that runs out of memory goes back to the old release, and the reason says so', async () => {
  await begin(goodServer('one'));
  await fairway('ship');
  await writeFile(join(directory, 'fairway.yml'), configuration().replace('hold: 300ms', 'hold: 10s'));
  await commit(
    'feat: a leak',
    `${goodServer('leak')}
    const all = []; setTimeout(() => { for (;;) all.push(Buffer.alloc(1e7, 1)); }, 600);`,
  );
  const { exitCode, document } = await fairway('ship');

  expect(exitCode).toBe(4);
  expect(document.code).toBe('RELEASE_EXITED');
  expect(JSON.stringify(document.result['error'])).toContain('needed more than its 64.0 MB of memory and was killed');
  expect(await page()).toBe('one');
});

needsEngine('a release that listens on another port is not given traffic, and both ports are named', async () => {
  await begin(`require('node:http').createServer((_, response) => response.end('x')).listen(3000, '0.0.0.0');`);
  const { document } = await fairway('ship');

  expect(document.code).toBe('RELEASE_NOT_READY');
  expect(JSON.stringify(document.result['error'])).toContain('it listens on 3000, not on 8080');
});

needsEngine('a process without any health check is refused before the target is touched', async () => {
  await begin(goodServer('one'));
  await writeFile(join(directory, 'fairway.yml'), configuration().replace('path: /, ', ''));
  await commit('feat: no path', goodServer('one'));
  const { exitCode, document } = await fairway('ship');

  expect([exitCode, document.code]).toEqual([3, 'NO_HEALTH_CHECK']);
  expect(JSON.stringify(document.result['error'])).toContain('processes.web.ready.path: /health');
  expect(await containers('{{.Names}}')).toEqual([]);
});

needsEngine('without an engine nothing is built, and the address that was tried is named', async () => {
  await begin(goodServer('one'));
  await writeFile(
    join(directory, 'fairway.yml'),
    configuration().replace('type: docker,', 'type: docker, host: "unix:///nowhere/docker.sock",'),
  );
  await commit('feat: elsewhere', goodServer('one'));
  const { exitCode, document } = await fairway('ship');

  expect([exitCode, document.code]).toEqual([6, 'DOCKER_UNREACHABLE']);
  expect(JSON.stringify(document.result['error'])).toContain('unix:///nowhere/docker.sock');
});
