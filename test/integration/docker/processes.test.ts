import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { eventually } from '../../fakes/running.ts';
import { missing } from '../../requirements.ts';
import { engineNeeds, needsEngine, openTestEngine, slowMs, type TestEngine } from './engine.ts';
import { goodServer, openTiny, type Tiny } from './tiny.ts';

const canRun = missing(engineNeeds) === null;

let engine: TestEngine;
let tiny: Tiny | null = null;

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
  tiny = null;
});

/** `version/process` of every container that runs. */
async function running(): Promise<readonly string[]> {
  const format = '{{.Label "fairway.release"}} {{.Label "fairway.process"}}';
  const lines = (await engine.docker('ps', '--format', format)).split('\n').filter((line) => line !== '');
  return lines.map((line) => line.replace(/-[0-9a-f]{7} /, '/')).toSorted();
}

needsEngine(
  'workers run beside the web, a singleton is handed over and back, and a killed worker is started again',
  async () => {
    const port = await nodePorts().free();
    const configuration = `
app: tiny
build: { args: { BASE_IMAGE: env:BASE_IMAGE } }
processes:
  web: { command: node server.js, traffic: true, ready: { path: /, timeout: 10s }, stopGrace: 3s }
  worker: { command: [node, -e, "setInterval(() => {}, 1000)"], stopGrace: 1s, maxRestarts: 3 }
  clock: { command: [node, -e, "setInterval(() => {}, 1000)"], singleton: true, stopGrace: 1s }
smoke: { checks: [{ type: http, name: home, path: / }] }
deploy: { strategy: blue-green, hold: 300ms, drain: 2s, bake: 1m }
target: { type: docker, agent: process }
proxy: { type: embedded, port: ${port} }
`;
    tiny = await openTiny(engine, configuration, goodServer('one'));
    const app = tiny;
    await app.fairway(['ship']);
    const first = await running();
    const worker = await engine.docker('ps', '--quiet', '--filter', 'label=fairway.process=worker');
    await engine.docker('kill', worker);
    await eventually(async () => {
      const now = await engine.docker('ps', '--quiet', '--filter', 'label=fairway.process=worker');
      return now !== '' && now !== worker;
    });
    await app.commit('feat: next', goodServer('two'));
    const second = await app.fairway(['ship']);
    const promoted = await running();
    const back = await app.fairway(['rollback']);
    const status = await app.fairway(['status']);

    expect(first).toEqual(['0.1.0/clock', '0.1.0/web', '0.1.0/worker']);
    expect(second.exitCode).toBe(0);
    expect(promoted).toEqual(['0.1.0/web', '0.2.0/clock', '0.2.0/web', '0.2.0/worker']);
    expect(back.exitCode).toBe(0);
    expect(await running()).toEqual(['0.1.0/clock', '0.1.0/web', '0.1.0/worker']);
    expect(status.document.result['processes']).toEqual([
      { version: '0.1.0', name: 'web', kind: 'traffic', isRunning: true },
      { version: '0.1.0', name: 'worker', kind: 'worker', isRunning: true },
      { version: '0.1.0', name: 'clock', kind: 'singleton', isRunning: true },
    ]);
  },
  slowMs,
);
