import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { missing, needs } from '../../requirements.ts';
import { type Bundle, openBundle } from './bundle.ts';
import { engineNeeds, openTestEngine, slowMs, type TestEngine } from './engine.ts';
import { openTestRegistry } from './registry.ts';
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

needs(...needed, 'docker-registry', 'htpasswd')(
  'a host gets its image from a registry that asks for a login, and containers get what was said and no more',
  async () => {
    const login = { user: 'ship', password: 'p4ss-word' };
    const registry = await openTestRegistry(undefined, login);
    try {
      ports = [await nodePorts().free()];
      const configuration = `${common}
build:
  args: { BASE_IMAGE: env:BASE_IMAGE }
  registry: { repository: "${registry.address}/tiny", user: ship, password: env:REGISTRY_PASSWORD }
secrets: { API_KEY: env:API_KEY }
target:
  type: docker
  hosts: { b: "${engineAt(1).host}" }
  memory: 64MB
  cpus: 0.5
  pids: 50
  secrets: files
  volumes: { uploads: /uploads }
proxy: { type: haproxy, port: ${ports[0]} }
`;
      const server = `
        const { readFileSync, writeFileSync, existsSync } = require('node:fs');
        const was = existsSync('/uploads/cat');
        writeFileSync('/uploads/cat', '');
        const text = JSON.stringify([readFileSync(process.env.API_KEY_FILE, 'utf8'), process.env.API_KEY ?? null, was]);
        const server = require('node:http').createServer((request, response) => response.end(text));
        server.listen(process.env.PORT, process.env.HOST);
        process.on('SIGTERM', () => server.close(() => process.exit(0)));`;
      const app = await openTiny(engineAt(0), configuration, server, bundle.cli);
      tiny = app;
      const secrets = { REGISTRY_PASSWORD: login.password, API_KEY: 's3cret-key' };
      const wrong = await app.fairway(['ship'], { ...secrets, REGISTRY_PASSWORD: 'wrong' });
      expect([wrong.exitCode, wrong.document.code]).toEqual([6, 'LOGIN_FAILED']);
      const shipped = await app.fairway(['ship'], secrets);
      expect(shipped.document.code, JSON.stringify(shipped.document.result['error'])).toBe('RELEASED');
      expect(await pages()).toEqual(['["s3cret-key",null,false]']);
      const [id = ''] = (await engineAt(1).docker('ps', '--quiet', '--filter', 'label=fairway.process=web')).split(
        '\n',
      );
      const shown = await engineAt(1).docker('inspect', id);
      expect(shown).not.toContain('s3cret-key');
      expect(JSON.parse(shown)).toMatchObject([
        { HostConfig: { Memory: 64e6, NanoCpus: 5e8, PidsLimit: 50, RestartPolicy: { Name: 'no' } } },
      ]);
      expect(await engineAt(1).docker('images', '--digests', '--format', '{{.Repository}}')).toContain(
        registry.address,
      );

      await app.commit('feat: two', `${server} // two`);
      expect((await app.fairway(['ship'], secrets)).document.code).toBe('RELEASED');
      expect(await pages()).toEqual(['["s3cret-key",null,true]']);
      const state = JSON.stringify([shipped.document, await app.fairway(['status'], secrets)]);
      expect(state).not.toMatch(/s3cret-key|p4ss-word/);
    } finally {
      await tiny?.fairway(['down', '--yes'], { REGISTRY_PASSWORD: 'none', API_KEY: 'none' });
      await registry.close();
    }
  },
  slowMs,
);
