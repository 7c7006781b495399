import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { type LoadReport, startLoad } from '../../load/load.ts';
import { eventually } from '../../fakes/running.ts';
import { missing, needs } from '../../requirements.ts';
import { type Bundle, openBundle } from './bundle.ts';
import { engineNeeds, needsEngine, openTestEngine, slowMs, type TestEngine } from './engine.ts';
import { common, goodServer, openTiny, pageOn, type Tiny } from './tiny.ts';

const canRun = missing(engineNeeds) === null;

let engine: TestEngine;
let bundle: Bundle;
let tiny: Tiny | null = null;
let port: number;

beforeAll(async () => {
  if (!canRun) return;
  [engine, bundle] = await Promise.all([openTestEngine(), openBundle()]);
  await engine.base();
});
afterAll(async () => {
  if (!canRun) return;
  await engine.close();
  await bundle.close();
});
afterEach(async () => {
  await tiny?.fairway(['down', '--yes']);
  await tiny?.close();
  tiny = null;
});

async function begin(proxy: string, more = ''): Promise<Tiny> {
  port = await nodePorts().free();
  const configuration = `${common}
build: { args: { BASE_IMAGE: env:BASE_IMAGE } }
target: { type: docker${more}, agent: ${proxy === 'embedded' ? 'process' : 'container'} }
proxy: { type: ${proxy}, port: ${port} }
`;
  tiny = await openTiny(engine, configuration, goodServer('one'), bundle.cli);
  return tiny;
}

async function underLoad(work: () => Promise<void>): Promise<LoadReport> {
  const load = startLoad({
    url: `http://127.0.0.1:${port}`,
    requestsPerSecond: 150,
    freshShare: 0.4,
    mix: [
      { path: '/', weight: 3 },
      { path: '/orders', method: 'POST', body: 'an order' },
    ],
  });
  try {
    await work();
    return await load.stop();
  } catch (error) {
    // Nothing is sent any more afterwards.
    await load.stop();
    throw error;
  }
}

async function shipTwiceAndBack(app: Tiny): Promise<void> {
  await app.fairway(['ship']);
  const { failures, requests } = await underLoad(async () => {
    await app.commit('feat: two', goodServer('two'));
    expect((await app.fairway(['ship'])).document.code).toBe('RELEASED');
    await app.commit('feat: three', goodServer('three'));
    expect((await app.fairway(['ship'])).document.code).toBe('RELEASED');
    expect((await app.fairway(['rollback'])).document.code).toBe('BACK_ON_OLD');
  });

  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(300);
}

needsEngine(
  'two releases and a rollback in containers lose no request: the embedded proxy',
  async () => {
    await shipTwiceAndBack(await begin('embedded'));
  },
  slowMs,
);

needs(...engineNeeds, 'haproxy')(
  'two releases and a rollback in containers lose no request: HAProxy',
  async () => {
    await shipTwiceAndBack(await begin('haproxy'));
  },
  slowMs,
);

needs(...engineNeeds, 'haproxy')(
  'two releases and a rollback by the address of the containers lose no request: HAProxy',
  async () => {
    await shipTwiceAndBack(await begin('haproxy', ', reach: container'));
  },
  slowMs,
);

async function killTheCanary(app: Tiny): Promise<void> {
  await app.fairway(['ship']);
  await app.write('fairway.yml', (await app.git('show', 'HEAD:fairway.yml')).replace('hold: 300ms', 'hold: 15s'));
  await app.commit('feat: two', goodServer('two'));
  const { failures, requests } = await underLoad(async () => {
    const shipping = app.fairway(['ship']);
    const canary = await eventually(async () => {
      const { document } = await app.fairway(['status']);
      const isCanaryOn = JSON.stringify(document.result).includes('"weightPercent":50');
      return isCanaryOn ? await engine.docker('ps', '--quiet', '--latest') : null;
    });
    await engine.docker('kill', canary);
    const { exitCode, document } = await shipping;
    // Whichever is seen first: that it is gone, or that its requests fail.
    expect(exitCode).toBe(4);
    expect(['RELEASE_EXITED', 'CANARY_ERROR_RATE', 'CANARY_WORSE_ERRORS']).toContain(document.code);
    if (document.code === 'RELEASE_EXITED') {
      expect(JSON.stringify(document.result['error'])).toContain('it was killed with SIGKILL (exit code 137)');
    }
    expect(await pageOn(port)).toBe('one');
  });

  // What was in flight on it, and what came before its port was closed: a moment, not the rest of the hold.
  expect(failures.length).toBeLessThan(requests / 20);
}

needsEngine(
  'a canary container that is killed under load goes back to the old release: the embedded proxy',
  async () => {
    await killTheCanary(await begin('embedded'));
  },
  slowMs,
);

needs(...engineNeeds, 'haproxy')(
  'a canary container that is killed under load goes back to the old release: HAProxy',
  async () => {
    await killTheCanary(await begin('haproxy'));
  },
  slowMs,
);
