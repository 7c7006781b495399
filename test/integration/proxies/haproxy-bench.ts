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
import { haproxy } from '../../../src/proxies/haproxy.ts';
import type { HaproxyFiles } from '../../../src/proxies/haproxy/layout.ts';
import { haproxyFiles } from '../../../src/proxies/haproxy/layout.ts';
import { runningProcess } from '../../../src/proxies/haproxy/as-process.ts';
import type { Proxy, ProxyPorts } from '../../../src/proxies/proxy.ts';
import type { ProxyBench } from './contract.ts';

export interface HaproxyBench extends ProxyBench {
  readonly ports: ProxyPorts;
  readonly port: number;
  readonly paths: HaproxyFiles;
  /** A folder that is removed at the end. */
  readonly directory: string;
  /** The proxy as another application, or another client, sees it; stopped at the end. */
  client(config?: object, app?: string, other?: Partial<ProxyPorts>): Proxy;
  pid(): Promise<number>;
}

/** An HAProxy with a state directory and a port of its own. */
export async function openHaproxy(config: object = {}): Promise<HaproxyBench> {
  const directory = await mkdtemp(join(tmpdir(), 'fairway-hap-'));
  const runDirectory = join(directory, 'run');
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
  const paths = haproxyFiles(runDirectory, port);
  const clients: Proxy[] = [];
  const client = (more: object = config, app = 'shop', other: Partial<ProxyPorts> = {}): Proxy => {
    const context = {
      directory: join(directory, app),
      runDirectory,
      runtime: { node: process.execPath, bundle: '/nowhere' },
    };
    const proxy = haproxy.create(haproxy.schema.parse({ type: 'haproxy', port, ...more }), context, {
      ...ports,
      ...other,
    });
    clients.push(proxy);
    return proxy;
  };
  const world = { paths, ports };
  return {
    ports,
    port,
    paths,
    directory,
    client,
    proxy: client(),
    detoursOrders: true,
    pid: async () => {
      const running = await runningProcess(world);
      if (running === null) throw new Error('no HAProxy runs');
      return running.pid;
    },
    crash: async () => {
      const running = await runningProcess(world);
      if (running !== null) await ports.daemons.stop(running, 0);
    },
    close: async () => {
      for (const proxy of clients) await proxy.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
