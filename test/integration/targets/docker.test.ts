import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { dockerContainers } from '../../../src/adapters/docker/containers.ts';
import { nodeClock } from '../../../src/adapters/node/clock.ts';
import { nodeDaemons } from '../../../src/adapters/node/daemons.ts';
import { nodeFiles } from '../../../src/adapters/node/files.ts';
import { nodeHttp } from '../../../src/adapters/node/http.ts';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { baseEnvironment } from '../../../src/targets/base-environment.ts';
import { dockerTarget } from '../../../src/targets/docker.ts';
import type { TargetPorts } from '../../../src/targets/target.ts';
import { missing } from '../../requirements.ts';
import { engineNeeds, needsEngine, openTestEngine, type TestEngine } from '../docker/engine.ts';
import { type TargetBench, targetContract } from './contract.ts';
import { programs } from './programs.ts';

const ports: TargetPorts = {
  files: nodeFiles(),
  daemons: nodeDaemons(),
  http: nodeHttp(),
  ports: nodePorts(),
  clock: nodeClock(),
  containers: dockerContainers(process.env),
  environment: baseEnvironment(process.env, dirname(process.execPath)),
};

let engine: TestEngine;
const canRun = missing(engineNeeds) === null;

beforeAll(async () => {
  if (canRun) engine = await openTestEngine();
});
afterAll(async () => {
  if (canRun) await engine.close();
});

async function open(network: 'own' | 'host'): Promise<TargetBench> {
  const directory = await mkdtemp(join(tmpdir(), 'fairway target '));
  const config = dockerTarget.schema.parse({ type: 'docker', host: engine.host, network });
  return {
    target: dockerTarget.create(config, ports),
    context: { directory: join(directory, 'app'), scope: { app: 'shop', environment: 'test' } },
    artifact: async (version) => {
      const { 'nested/asset.css': _nested, ...flat } = programs(version);
      const id = await engine.build(flat);
      return { artifact: `image:${id}`, location: id };
    },
    close: async () => await rm(directory, { recursive: true, force: true }),
  };
}

targetContract('containers in a network of their own', async () => await open('own'), needsEngine);
targetContract('containers in the network of the host', async () => await open('host'), needsEngine);
