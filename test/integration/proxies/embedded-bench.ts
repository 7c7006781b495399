import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { haproxyRuntime } from '../../../src/adapters/haproxy/runtime.ts';
import { nginxRuntime } from '../../../src/adapters/nginx/runtime.ts';
import { nodeClock } from '../../../src/adapters/node/clock.ts';
import { nodeDaemons } from '../../../src/adapters/node/daemons.ts';
import { nodeFiles } from '../../../src/adapters/node/files.ts';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { socketControl } from '../../../src/adapters/proxy/control-client.ts';
import { embedded } from '../../../src/proxies/embedded.ts';
import { readProcess } from '../../../src/proxies/embedded/record.ts';
import type { Proxy, ProxyContext, ProxyPorts } from '../../../src/proxies/proxy.ts';
import type { ProxyBench } from './contract.ts';

export interface EmbeddedBench extends ProxyBench {
  readonly context: ProxyContext;
  readonly ports: ProxyPorts;
  readonly port: number;
  /** Another client of the same proxy, or with other settings. */
  client(config?: object, context?: Partial<ProxyContext>): Proxy;
  pid(): Promise<number>;
}

/** An embedded proxy with a state directory and a port of its own, run from the source. */
export async function openEmbedded(config: object = {}): Promise<EmbeddedBench> {
  const directory = await mkdtemp(join(tmpdir(), 'fairway-proxy-'));
  const runtime = { node: process.execPath, bundle: resolve(import.meta.dirname, '../../../src/entries') };
  const context: ProxyContext = { directory: join(directory, 'app'), runDirectory: join(directory, 'run'), runtime };
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
  const client = (more: object = config, other: Partial<ProxyContext> = {}): Proxy =>
    embedded.create(embedded.schema.parse({ type: 'embedded', port, ...more }), { ...context, ...other }, ports);
  const pid = async (): Promise<number> => {
    const identity = await readProcess(context, ports);
    if (identity === null) throw new Error('no proxy was started');
    return identity.pid;
  };
  const proxy = client();
  return {
    context,
    ports,
    port,
    proxy,
    client,
    pid,
    crash: async () => {
      const identity = await readProcess(context, ports);
      if (identity !== null) await ports.daemons.stop(identity, 0);
    },
    close: async () => {
      await proxy.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
