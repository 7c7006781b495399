import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { haproxyRuntime } from '../../../src/adapters/haproxy/runtime.ts';
import { nginxRuntime } from '../../../src/adapters/nginx/runtime.ts';
import { nodeClock } from '../../../src/adapters/node/clock.ts';
import { nodeDaemons } from '../../../src/adapters/node/daemons.ts';
import { nodeFiles } from '../../../src/adapters/node/files.ts';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { socketControl } from '../../../src/adapters/proxy/control-client.ts';
import { nginx } from '../../../src/proxies/nginx.ts';
import { running } from '../../../src/proxies/nginx/host.ts';
import type { ProxyPorts } from '../../../src/proxies/proxy.ts';
import type { ProxyBench, ProxyLimits } from './contract.ts';

/** What nginx cannot do: every switch is a reload. */
const limits: ProxyLimits = {
  dropsPerSwitch: 3,
  hasNoDetour: true,
  keepsNoConnections: true,
  passesHopHeaders: true,
  overlooksHalfAnswers: true,
  isHalfDuplex: true,
};

export interface NginxBench extends ProxyBench {
  readonly folder: string;
}

/** An nginx with a folder and a port of its own. */
export async function openNginx(config: object = {}): Promise<NginxBench> {
  const directory = await mkdtemp(join(tmpdir(), 'fairway-nginx-'));
  const ports: ProxyPorts = {
    files: nodeFiles(),
    daemons: nodeDaemons(),
    ports: nodePorts(),
    clock: nodeClock(),
    control: socketControl(),
    haproxy: haproxyRuntime(process.env['PATH'] ?? ''),
    nginx: nginxRuntime(process.env['PATH'] ?? ''),
  };
  const port = await ports.ports.free();
  const parsed = nginx.schema.parse({ type: 'nginx', port, ...config });
  const context = { directory, runDirectory: directory, runtime: { node: process.execPath, bundle: '/nowhere' } };
  const proxy = nginx.create(parsed, context, ports);
  const folder = `${directory}/nginx`;
  const settings = { address: parsed.address, port, responseTimeoutMs: 1, releaseHeader: false };
  return {
    proxy,
    folder,
    limits,
    crash: async () => {
      const master = await running({ folder, program: 'nginx', settings, ports });
      if (master !== null) await ports.daemons.stop(master, 0);
    },
    close: async () => {
      await proxy.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
