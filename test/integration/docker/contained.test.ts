import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { missing, needs } from '../../requirements.ts';
import { type Bundle, openBundle } from './bundle.ts';
import { engineNeeds, openTestEngine, slowMs, type TestEngine } from './engine.ts';
import { common, goodServer, openTiny, pageOn, type Tiny } from './tiny.ts';

const needsHost = needs(...engineNeeds, 'haproxy');
const canRun = missing([...engineNeeds, 'haproxy']) === null;

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
});

async function begin(server: string): Promise<Tiny> {
  port = await nodePorts().free();
  const configuration = `${common}
build: { args: { BASE_IMAGE: env:BASE_IMAGE } }
target: { type: docker }
proxy: { type: haproxy, port: ${port} }
`;
  tiny = await openTiny(engine, configuration, server, bundle.cli);
  return tiny;
}

needsHost(
  'the agent is a container, and works for another machine without anything that Fairway remembers here',
  async () => {
    const app = await begin(goodServer('one'));
    const first = await app.fairway(['ship']);
    expect(first.document.code, JSON.stringify(first.document.result['error'])).toBe('RELEASED');
    expect(await pageOn(port)).toBe('one');
    const names = (await engine.docker('ps', '--format', '{{.Names}}')).split('\n');
    expect(names).toContain('fairway-agent');
    expect(names).toContain(`fairway-haproxy-${port}`);

    const elsewhere = { FAIRWAY_STATE_DIR: join(app.directory, 'state-elsewhere') };
    const status = await app.fairway(['status'], elsewhere);
    expect(status.document.result['stable']).toMatchObject({ artifact: first.document.result['artifact'] });

    await app.commit('feat: another page', goodServer('two'));
    const second = await app.fairway(['ship'], elsewhere);
    expect(second.document.code, JSON.stringify(second.document.result['error'])).toBe('RELEASED');
    expect(await pageOn(port)).toBe('two');
    expect((await app.fairway(['rollback'])).document.code).toBe('BACK_ON_OLD');
    expect(await pageOn(port)).toBe('one');
  },
  slowMs,
);
