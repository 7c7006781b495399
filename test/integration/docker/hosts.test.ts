import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { missing, needs } from '../../requirements.ts';
import { type Bundle, openBundle } from './bundle.ts';
import { engineNeeds, openTestEngine, slowMs, type TestEngine } from './engine.ts';
import { common, goodServer, openTiny, pageOn, type Tiny } from './tiny.ts';

const needed = [...engineNeeds, 'haproxy'] as const;
const needsHosts = needs(...needed);
const canRun = missing(needed) === null;

let engines: readonly TestEngine[] = [];
let bundle: Bundle;
let tiny: Tiny | null = null;
let ports: readonly number[] = [];

beforeAll(async () => {
  if (!canRun) return;
  bundle = await openBundle();
  engines = await Promise.all([openTestEngine(), openTestEngine()]);
  await engineAt(0).base();
});
afterAll(async () => {
  for (const engine of engines) await engine.close();
  await bundle?.close();
});
afterEach(async () => {
  await tiny?.fairway(['down', '--yes']);
  await tiny?.close();
});

function engineAt(index: number): TestEngine {
  const engine = engines[index];
  if (engine === undefined) throw new Error('no such engine');
  return engine;
}

/** The second page of each host comes from its own proxy: two engines of one machine share its ports. */
async function begin(): Promise<Tiny> {
  ports = [await nodePorts().free(), await nodePorts().free()];
  const configuration = `${common}
build: { args: { BASE_IMAGE: env:BASE_IMAGE } }
target:
  type: docker
  hosts:
    a: "${engineAt(0).host}"
    b: { host: "${engineAt(1).host}", port: ${ports[1]} }
proxy: { type: haproxy, port: ${ports[0]} }
`;
  tiny = await openTiny(engineAt(0), configuration, goodServer('one'), bundle.cli);
  return tiny;
}

const pages = async (): Promise<readonly string[]> => await Promise.all(ports.map(pageOn));

/** What runs on each host, as its engine tells it. */
async function running(): Promise<readonly string[]> {
  const all = await Promise.all(
    engines.map(async (engine) => {
      const format = '{{.Label "fairway.artifact"}}';
      return (await engine.docker('ps', '--filter', 'label=fairway.artifact', '--format', format)).split('\n');
    }),
  );
  return all.flat();
}

needsHosts(
  'a release comes to all hosts or to none, and what runs on each is what was reported',
  async () => {
    const app = await begin();
    const first = await app.fairway(['ship']);
    expect(first.document.code, JSON.stringify(first.document.result['error'])).toBe('RELEASED');
    expect(await pages()).toEqual(['one', 'one']);
    const artifact = String(first.document.result['artifact']);
    expect(await running()).toEqual([artifact, artifact]);

    await app.commit('feat: two', goodServer('two'));
    const second = await app.fairway(['ship']);
    expect(second.document.code, JSON.stringify(second.document.result['error'])).toBe('RELEASED');
    expect(await pages()).toEqual(['two', 'two']);

    // It starts on one host only: what is prepared on the other never serves.
    const mood = "if (require('node:fs').readFileSync('/proc/mounts', 'utf8').includes('BROKEN')) process.exit(3);";
    await app.commit('feat: three', `${mood.replaceAll('BROKEN', engineAt(1).directory)}${goodServer('three')}`);
    const third = await app.fairway(['ship']);
    expect([third.exitCode, third.document.result['error']]).toMatchObject([
      4,
      { message: expect.stringContaining('b: ') as string },
    ]);
    expect(await pages()).toEqual(['two', 'two']);

    expect((await app.fairway(['rollback'])).document.code).toBe('BACK_ON_OLD');
    expect(await pages()).toEqual(['one', 'one']);
    expect(new Set(await running())).toEqual(new Set([artifact]));
  },
  slowMs,
);
