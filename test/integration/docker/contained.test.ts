import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { eventually } from '../../fakes/running.ts';
import { missing, needs } from '../../requirements.ts';
import { type Bundle, openBundle } from './bundle.ts';
import { engineNeeds, openTestEngine, slowMs, type TestEngine } from './engine.ts';
import { observed } from './observed.ts';
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

/** The agent's process, as its engine tells it. */
const agentPid = async (): Promise<string> =>
  await engine.docker('inspect', '--format', '{{.State.Pid}}', 'fairway-agent');

needsHost(
  'an agent that is killed in a rollout is started again by the engine, and the rollout goes on',
  async () => {
    const app = await begin(goodServer('one'));
    expect((await app.fairway(['ship'])).document.code).toBe('RELEASED');
    await app.write('fairway.yml', (await app.git('show', 'HEAD:fairway.yml')).replace('hold: 300ms', 'hold: 4s'));
    await app.commit('feat: two', goodServer('two'));
    const before = await agentPid();
    const shipping = app.fairway(['ship']);
    await observed(engine);
    process.kill(Number(before), 'SIGKILL');
    const { document } = await shipping;

    expect(document.code, JSON.stringify(document.result['error'])).toBe('RELEASED');
    expect(await agentPid()).not.toBe(before);
    expect(await pageOn(port)).toBe('two');
  },
  slowMs,
);

needsHost(
  'a client that is killed in a rollout leaves the host to its lease: the old release serves, and the next command works',
  async () => {
    const app = await begin(goodServer('one'));
    expect((await app.fairway(['ship'])).document.code).toBe('RELEASED');
    const file = await app.git('show', 'HEAD:fairway.yml');
    await app.write('fairway.yml', file.replace('hold: 300ms', 'hold: 60s, lease: 2s'));
    await app.commit('feat: two', goodServer('two'));
    const killed = app.fairway(['ship'], {}, bundle.cli, (child) => {
      void observed(engine).then(() => child.kill('SIGKILL'));
    });
    await expect(killed).rejects.toThrow();
    const status = await eventually(async () => {
      const { document } = await app.fairway(['status']);
      return document.result['rollout'] === null ? document.result : null;
    });

    expect(status['releases']).toContainEqual(expect.objectContaining({ state: 'failed' }));
    expect(await pageOn(port)).toBe('one');
    await app.write('fairway.yml', file);
    await app.commit('feat: three', goodServer('three'));
    expect((await app.fairway(['ship'])).document.code).toBe('RELEASED');
    expect(await pageOn(port)).toBe('three');
  },
  slowMs,
);

needsHost(
  'a client with other code replaces the agent; releases, proxy and journal stay',
  async () => {
    const app = await begin(goodServer('one'));
    expect((await app.fairway(['ship'])).document.code).toBe('RELEASED');
    const image = await engine.docker('inspect', '--format', '{{.Image}}', 'fairway-agent');
    const proxy = await engine.docker('inspect', '--format', '{{.State.Pid}}', `fairway-haproxy-${port}`);
    const newer = await openBundle('\n// another build\n');
    try {
      await app.commit('feat: two', goodServer('two'));
      const second = await app.fairway(['ship'], {}, newer.cli);
      expect(second.document.code, JSON.stringify(second.document.result['error'])).toBe('RELEASED');
    } finally {
      await newer.close();
    }

    expect(await engine.docker('inspect', '--format', '{{.Image}}', 'fairway-agent')).not.toBe(image);
    expect(await engine.docker('inspect', '--format', '{{.State.Pid}}', `fairway-haproxy-${port}`)).toBe(proxy);
    expect(await pageOn(port)).toBe('two');
    expect((await app.fairway(['rollback'])).document.code).toBe('BACK_ON_OLD');
  },
  slowMs,
);

needsHost(
  'after a restart of the engine agent, proxy and the stable release come back without anybody',
  async () => {
    const app = await begin(goodServer('one'));
    expect((await app.fairway(['ship'])).document.code).toBe('RELEASED');
    await engine.restart();

    await eventually(async () => {
      const page = await pageOn(port).catch(() => null);
      return page === 'one' || null;
    });
    expect((await app.fairway(['status'])).document.result['stable']).toMatchObject({
      version: expect.any(String) as string,
    });
  },
  slowMs,
);

needsHost(
  'a configuration of the proxy that somebody edited is refused, with the line that mends it',
  async () => {
    const app = await begin(goodServer('one'));
    expect((await app.fairway(['ship'])).document.code).toBe('RELEASED');
    const file = `/var/lib/fairway-proxy/haproxy-${port}/haproxy.cfg`;
    await engine.docker(
      'exec',
      'fairway-agent',
      'node',
      '-e',
      `require('node:fs').appendFileSync('${file}', '# mine')`,
    );
    await app.commit('feat: two', goodServer('two'));
    const { exitCode, document } = await app.fairway(['ship']);

    expect(exitCode).toBe(6);
    expect(document.code).toBe('PROXY_CONFIG_EDITED');
    expect(await pageOn(port)).toBe('one');
  },
  slowMs,
);
