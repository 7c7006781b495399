import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { startLoad } from '../../load/load.ts';
import { missing } from '../../requirements.ts';
import { engineNeeds, needsEngine, openTestEngine, slowMs, type TestEngine } from './engine.ts';
import { common, goodServer, openTiny, pageOn, type Tiny } from './tiny.ts';

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
  if (canRun) await engine.docker('rm', '--force', 'theirs').catch(() => undefined);
});

needsEngine(
  'a container of another tool becomes the first stable release, is replaced without a failed request, and can be gone back to',
  async () => {
    const port = await nodePorts().free();
    const target = 'target: { type: docker, agent: process, reach: container, port: 3000 }';
    const configuration = `${common}
build: { args: { BASE_IMAGE: env:BASE_IMAGE } }
${target}
proxy: { type: embedded, port: ${port} }
`;
    tiny = await openTiny(engine, configuration, goodServer('ours'));
    const image = await engine.build({ 'server.js': goodServer('theirs') }, ['WORKDIR /app']);
    await engine.docker('run', '--detach', '--name', 'theirs', '--env', 'PORT=3000', image, 'node', 'server.js');

    const missingOne = await tiny.fairway(['adopt', 'nobody']);
    const adopted = await tiny.fairway(['adopt', 'theirs']);
    const page = await pageOn(port);
    const twice = await tiny.fairway(['adopt', 'theirs']);
    const load = startLoad({ url: `http://127.0.0.1:${port}`, requestsPerSecond: 60 });
    const shipped = await tiny.fairway(['ship']);
    const report = await load.stop();
    const ours = await pageOn(port);
    const back = await tiny.fairway(['rollback']);

    expect(missingOne).toMatchObject({ exitCode: 6, document: { code: 'NOTHING_TO_ADOPT' } });
    expect(adopted).toMatchObject({ exitCode: 0, document: { code: 'ADOPTED', result: { container: 'theirs' } } });
    expect(page).toBe('theirs');
    expect(twice).toMatchObject({ exitCode: 6, document: { code: 'ALREADY_SERVES' } });
    expect(shipped).toMatchObject({ exitCode: 0, document: { code: 'RELEASED' } });
    expect(ours).toBe('ours');
    expect(report.failures).toEqual([]);
    expect(back.exitCode).toBe(0);
    expect(await pageOn(port)).toBe('theirs');
  },
  slowMs,
);
