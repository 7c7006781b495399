import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { missing } from '../../requirements.ts';
import { engineNeeds, needsEngine, openTestEngine, slowMs, type TestEngine } from './engine.ts';
import { common, goodServer, openTiny, pageOn, type Tiny } from './tiny.ts';

const canRun = missing(engineNeeds) === null;

let engine: TestEngine;
let tiny: Tiny | null = null;
let port: number;

beforeAll(async () => {
  if (!canRun) return;
  engine = await openTestEngine();
  await engine.base();
});
afterAll(async () => {
  if (canRun) await engine.close();
});
afterEach(async () => {
  await tiny?.fairway(['down', '--yes']);
  await tiny?.close();
});

const configuration = (): string => `${common}
build: { args: { BASE_IMAGE: env:BASE_IMAGE } }
target: { type: docker, agent: process, memory: 64MB }
proxy: { type: embedded, port: ${port} }
`;

async function begin(server: string): Promise<Tiny> {
  port = await nodePorts().free();
  tiny = await openTiny(engine, configuration(), server);
  return tiny;
}

const page = async (): Promise<string> => await pageOn(port);
const containers = async (format: string): Promise<readonly string[]> =>
  (await engine.docker('ps', '--all', '--format', format)).split('\n').filter((line) => line !== '');

async function keptImages(): Promise<readonly string[]> {
  const lines = (await engine.docker('images', '--format', '{{.Repository}} {{.ID}}')).split('\n');
  const ids = lines.filter((line) => line.startsWith('fairway/')).map((line) => line.split(' ')[1] ?? '');
  return Array.from(new Set(ids));
}

needsEngine(
  'releases in containers are shipped, taken back and put away',
  async () => {
    const app = await begin(goodServer('one'));
    const first = await app.fairway(['ship']);
    expect([first.exitCode, first.document.code]).toEqual([0, 'RELEASED']);
    expect(await page()).toBe('one');

    await app.commit('feat: another page', goodServer('two'));
    const second = await app.fairway(['ship']);
    expect(second.document.code).toBe('RELEASED');
    expect(await page()).toBe('two');
    const artifact = String(second.document.result['artifact']);
    expect(artifact).toMatch(/^image:sha256:[0-9a-f]{64}$/);
    expect(await containers('{{.Label "fairway.artifact"}} {{.State}}')).toContain(`${artifact} running`);

    const back = await app.fairway(['rollback']);
    expect(back.document.code).toBe('BACK_ON_OLD');
    expect(await page()).toBe('one');

    await app.fairway(['down', '--yes']);
    expect(await containers('{{.Names}}')).toEqual([]);
    await expect(page()).rejects.toThrow('ECONNREFUSED');
  },
  slowMs,
);

needsEngine(
  'after many releases only as many containers and images are there as are kept for a rollback',
  async () => {
    const before = await keptImages();
    const app = await begin(goodServer('0'));
    await app.write('fairway.yml', configuration().replace('drain: 2s', 'drain: 2s, keep: 2'));
    for (const text of ['1', '2', '3', '4']) {
      await app.commit(`feat: page ${text}`, goodServer(text));
      expect((await app.fairway(['ship'])).document.code).toBe('RELEASED');
    }

    expect(await page()).toBe('4');
    expect(await containers('{{.State}}')).toHaveLength(2);
    const after = await keptImages();
    expect(after.filter((id) => !before.includes(id))).toHaveLength(2);
    expect((await app.fairway(['rollback'])).document.code).toBe('BACK_ON_OLD');
    expect(await page()).toBe('3');
  },
  slowMs,
);

needsEngine(
  'a canary that runs out of memory goes back to the old release, and the reason says so',
  async () => {
    const app = await begin(goodServer('one'));
    await app.fairway(['ship']);
    await app.write('fairway.yml', configuration().replace('hold: 300ms', 'hold: 10s'));
    await app.commit(
      'feat: a leak',
      `${goodServer('leak')}
    const all = []; setTimeout(() => { for (;;) all.push(Buffer.alloc(1e7, 1)); }, 600);`,
    );
    const { exitCode, document } = await app.fairway(['ship']);

    expect(exitCode).toBe(4);
    expect(document.code).toBe('RELEASE_EXITED');
    expect(JSON.stringify(document.result['error'])).toContain('needed more than its 64.0 MB of memory and was killed');
    expect(await page()).toBe('one');
  },
  slowMs,
);

needsEngine(
  'a release that listens on another port is not given traffic, and both ports are named',
  async () => {
    const app = await begin(
      `require('node:http').createServer((_, response) => response.end('x')).listen(3000, '0.0.0.0');`,
    );
    const { document } = await app.fairway(['ship']);

    expect(document.code).toBe('RELEASE_NOT_READY');
    expect(JSON.stringify(document.result['error'])).toContain('it listens on 3000, not on 8080');
  },
  slowMs,
);

needsEngine(
  'a process without any health check is refused before the target is touched',
  async () => {
    const app = await begin(goodServer('one'));
    await app.write('fairway.yml', configuration().replace('path: /, ', ''));
    await app.commit('feat: no path', goodServer('one'));
    const { exitCode, document } = await app.fairway(['ship']);

    expect([exitCode, document.code]).toEqual([3, 'NO_HEALTH_CHECK']);
    expect(JSON.stringify(document.result['error'])).toContain('processes.web.ready.path: /health');
    expect(await containers('{{.Names}}')).toEqual([]);
  },
  slowMs,
);

needsEngine(
  'without an engine nothing is built, and the address that was tried is named',
  async () => {
    const app = await begin(goodServer('one'));
    await app.write(
      'fairway.yml',
      configuration().replace('type: docker,', 'type: docker, host: "unix:///nowhere/docker.sock",'),
    );
    await app.commit('feat: elsewhere', goodServer('one'));
    const { exitCode, document } = await app.fairway(['ship']);

    expect([exitCode, document.code]).toEqual([6, 'DOCKER_UNREACHABLE']);
    expect(JSON.stringify(document.result['error'])).toContain('unix:///nowhere/docker.sock');
  },
  slowMs,
);
