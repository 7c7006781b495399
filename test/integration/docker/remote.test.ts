import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { missing, needs } from '../../requirements.ts';
import { type Bundle, openBundle } from './bundle.ts';
import { engineNeeds, openTestEngine, slowMs, type TestEngine } from './engine.ts';
import { observed } from './observed.ts';
import { openTestSshd, type TestSshd } from './sshd.ts';
import { common, goodServer, openTiny, pageOn, type Tiny } from './tiny.ts';

const needed = [...engineNeeds, 'haproxy', 'sshd', 'ssh-keygen'] as const;
const canRun = missing(needed) === null;

let here: TestEngine;
let there: TestEngine;
let sshd: TestSshd;
let bundle: Bundle;
let tiny: Tiny | null = null;
let port: number;

beforeAll(async () => {
  if (!canRun) return;
  [here, there, bundle] = await Promise.all([openTestEngine(), openTestEngine(), openBundle()]);
  sshd = await openTestSshd(there.host);
  await here.base();
});
afterAll(async () => {
  if (!canRun) return;
  await sshd.close();
  await Promise.all([here.close(), there.close(), bundle.close()]);
});
afterEach(async () => {
  await tiny?.fairway(['down', '--yes'], away());
  await tiny?.close();
});

const away = () => ({ PATH: `${sshd.programs}:${process.env['PATH'] ?? ''}` });

needs(...needed)(
  'a host behind ssh gets its release as an archive, and a cut connection is no end',
  async () => {
    port = await nodePorts().free();
    const socket = there.host.slice('unix://'.length);
    const configuration = `${common}
build: { args: { BASE_IMAGE: env:BASE_IMAGE } }
target: { type: docker, host: "${sshd.url}", socket: "${socket}" }
proxy: { type: haproxy, port: ${port} }
`;
    const app = await openTiny(here, configuration, goodServer('one'), bundle.cli);
    tiny = app;
    const first = await app.fairway(['ship'], away());
    expect(first.document.code, JSON.stringify(first.document.result['error'])).toBe('RELEASED');
    expect(await pageOn(port)).toBe('one');
    expect(await here.docker('ps', '--quiet')).toBe('');

    await app.write('fairway.yml', configuration.replace('hold: 300ms', 'hold: 5s'));
    await app.commit('feat: two', goodServer('two'));
    const shipping = app.fairway(['ship'], away());
    await observed(there);
    expect(await sshd.cut()).toBeGreaterThan(0);
    const second = await shipping;
    expect(second.document.code, JSON.stringify(second.document.result['error'])).toBe('RELEASED');
    expect(await pageOn(port)).toBe('two');
    expect((await app.fairway(['rollback'], away())).document.code).toBe('BACK_ON_OLD');
  },
  slowMs,
);
