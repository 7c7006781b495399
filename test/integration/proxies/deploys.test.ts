import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { dockerContainers } from '../../../src/adapters/docker/containers.ts';
import { nodeHttp } from '../../../src/adapters/node/http.ts';
import { directoryDigest } from '../../../src/domain/artifact/manifest.ts';
import { scanTree } from '../../../src/domain/artifact/scan.ts';
import type { ProcessSpec, ReleaseSpec } from '../../../src/domain/rollout/plan.ts';
import { baseEnvironment } from '../../../src/targets/base-environment.ts';
import { processTarget } from '../../../src/targets/process.ts';
import type { Instance, Target } from '../../../src/targets/target.ts';
import type { RunningLoad } from '../../load/load.ts';
import { startLoad } from '../../load/load.ts';
import { ask, eventually } from './client.ts';
import { needs } from '../../requirements.ts';
import type { EmbeddedBench } from './embedded-bench.ts';
import { openEmbedded } from './embedded-bench.ts';
import type { HaproxyBench } from './haproxy-bench.ts';
import { openHaproxy } from './haproxy-bench.ts';

/** It has no handler for SIGTERM: what it still had in flight would be cut when it is stopped. */
const server = `
  require('node:http').createServer((request, response) => {
    if (request.url === '/slow') setTimeout(() => response.end('slow'), 300);
    else if (request.method === 'POST') request.pipe(response);
    else response.end(process.env.FAIRWAY_VERSION);
  }).listen(Number(process.env.PORT), process.env.HOST);`;

const web: ProcessSpec = {
  name: 'web',
  argv: ['node', 'server.cjs'],
  traffic: true,
  singleton: false,
  env: {},
  readyPath: '/',
  readyTimeoutMs: 10_000,
  stopGraceMs: 5_000,
  maxRestarts: 0,
};

let bench: EmbeddedBench | HaproxyBench;
let target: Target;
let directory: string;
let artifact: Pick<ReleaseSpec, 'artifact' | 'location'>;
let load: RunningLoad | null = null;
const running: Instance[] = [];

async function open(opened: Promise<EmbeddedBench | HaproxyBench>): Promise<void> {
  bench = await opened;
  const environment = baseEnvironment(process.env, dirname(process.execPath));
  target = processTarget.create(
    { type: 'process' },
    { ...bench.ports, http: nodeHttp(), containers: dockerContainers(process.env), environment },
  );
  directory = await mkdtemp(join(tmpdir(), 'fairway deploys '));
  const location = join(directory, 'tree');
  await mkdir(location);
  await writeFile(join(location, 'server.cjs'), server);
  artifact = { location, artifact: directoryDigest((await scanTree(location, bench.ports.files)).manifest) };
  await bench.proxy.ensure();
}
afterEach(async () => {
  await load?.stop();
  for (const instance of running) await target.stop(instance, 0);
  await bench.close();
  await rm(directory, { recursive: true, force: true });
});

/** Start it, give it traffic in two steps, then drain, stop and discard the one before. */
async function deploy(version: string, former: Instance | null): Promise<Instance> {
  const id = `${version}-3f2a91c`;
  const commit = '3f2a91c0000000000000000000000000000000ab';
  const release: ReleaseSpec = { ...artifact, id, version, commit, processes: [web], env: {}, secretNames: [] };
  const context = { directory };
  await target.prepare(release, context);
  const fresh = await target.start(release, web, {}, context);
  running.push(fresh);
  const isUp = async (): Promise<boolean> =>
    await ask(`http://${fresh.address}/`).then(
      () => true,
      () => false,
    );
  await eventually(isUp, `${version} answers`);
  await bench.proxy.add({ releaseId: id, address: fresh.address ?? '' });
  if (former !== null) await bench.proxy.shift({ [former.releaseId]: 50, [id]: 50 });
  await bench.proxy.shift({ [id]: 100 });
  await bench.proxy.persistStable(id);
  if (former === null) return fresh;
  expect(await bench.proxy.drain(former.releaseId, 5_000)).toEqual({ cut: 0 });
  await bench.proxy.remove(former.releaseId);
  await target.stop(former, 5_000);
  await target.discard(former.releaseId, context);
  return fresh;
}

const title = 'twenty deploys in a row of an application that ends abruptly lose no request';

test(`${title}: the embedded proxy`, async () => {
  await open(openEmbedded({ releaseHeader: true }));
  await deployTwentyTimes();
});

needs('haproxy')(`${title}: HAProxy`, async () => {
  await open(openHaproxy({ releaseHeader: true }));
  await deployTwentyTimes();
});

async function deployTwentyTimes(): Promise<void> {
  let former = await deploy('1.0.0', null);
  load = startLoad({
    url: bench.proxy.url,
    requestsPerSecond: 200,
    freshShare: 0.4,
    mix: [
      { path: '/', weight: 6 },
      { path: '/orders', method: 'POST', body: 'an order', weight: 3 },
      { path: '/slow' },
    ],
  });
  for (let patch = 1; patch <= 20; patch += 1) former = await deploy(`1.0.${patch}`, former);
  const report = await load.stop();
  load = null;

  expect(report.failures).toEqual([]);
  expect(report.byStatus).toEqual({ 200: report.requests });
  expect(Object.keys(report.byRelease)).toHaveLength(21);
  expect((await bench.proxy.stats()).map(({ releaseId }) => releaseId)).toEqual(['1.0.20-3f2a91c']);
}
