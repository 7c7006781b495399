import { z } from 'zod';
import { duration } from '../config/values.ts';
import { p95Of, slowerThan } from '../domain/traffic/tally.ts';
import { InternalError } from '../errors.ts';
import type { NginxHost } from './nginx/host.ts';
import { changeRouting, ensureNginx, routingOf, running } from './nginx/host.ts';
import type { BackendStats, ProxyPlugin, StatsQuestion } from './proxy.ts';

const schema = z.strictObject({
  type: z.literal('nginx'),
  port: z.int().min(1).max(65_535).default(8080).describe('Where users reach the environment.'),
  address: z
    .union([z.ipv4(), z.literal('*')], { error: 'expected an IPv4 address, or "*" for all' })
    .default('127.0.0.1')
    .describe('Where it listens; "*" for all addresses of the host.'),
  responseTimeout: duration
    .default(60_000)
    .refine((ms) => ms >= 100, { error: 'at least 100ms' })
    .describe('Without a byte from the release for so long, a request fails.'),
  releaseHeader: z.boolean().default(false).describe('Say in x-fairway-release which release answered.'),
  program: z.string().min(1).default('nginx').describe('The installed program.'),
});

const lookMs = 20;
const cutWithinMs = 2_000;
const graceMs = 10_000;

/**
 * The installed nginx, by rewriting its configuration and reloading it: each switch may cost users a request on a
 * kept connection, and a page that a dead release refuses comes from nobody else. For Linux.
 */
export const nginx: ProxyPlugin<typeof schema> = {
  type: 'nginx',
  schema,
  create: (config, context, ports) => {
    const { address, port, program, responseTimeout, releaseHeader } = config;
    const settings = { address, port, responseTimeoutMs: responseTimeout, releaseHeader };
    const host: NginxHost = { folder: `${context.directory}/nginx`, program, settings, ports };
    return {
      url: `http://${address === '*' ? '127.0.0.1' : address}${port === 80 ? '' : `:${port}`}`,
      ensure: async () => await ensureNginx(host),
      add: async (backend) =>
        await changeRouting({ type: 'add', releaseId: backend.releaseId, address: backend.address }, host),
      shift: async (weights) => await changeRouting({ type: 'shift', weights }, host),
      persistStable: async (releaseId) => await changeRouting({ type: 'persist-stable', releaseId }, host),
      stats: async (question = {}) => await statsOf(question, host),
      drain: async (releaseId, timeoutMs) => ({ cut: await drain(releaseId, timeoutMs, host) }),
      remove: async (releaseId) => await changeRouting({ type: 'remove', releaseId }, host),
      stop: async () => await stop(host),
    };
  },
};

async function statsOf({ slowerThanMs }: StatsQuestion, host: NginxHost): Promise<readonly BackendStats[]> {
  const { backends } = await routingOf(host);
  const tallies = await host.ports.nginx.tallies(`${host.folder}/access.log`);
  const stats: BackendStats[] = [];
  for (const { releaseId, address } of backends) {
    const tally = tallies.get(releaseId);
    stats.push({
      releaseId,
      requests: tally?.requests ?? 0,
      errors: tally?.errors ?? 0,
      inFlight: await host.ports.nginx.connectionsTo(address),
      p95Ms: tally === undefined ? null : p95Of(tally),
      ...(slowerThanMs === undefined ? {} : { slower: tally === undefined ? 0 : slowerThan(tally, slowerThanMs) }),
    });
  }
  return stats;
}

/** At the deadline the workers of before are ended, with all that they still have in flight, of whichever release. */
async function drain(releaseId: string, timeoutMs: number, host: NginxHost): Promise<number> {
  const { clock, nginx: runtime } = host.ports;
  const backend = (await routingOf(host)).backends.find((each) => each.releaseId === releaseId);
  if (backend === undefined) return 0;
  if (backend.weight > 0) {
    throw new InternalError('STILL_SERVING', `nginx: ${releaseId} still gets ${backend.weight} % of the traffic`);
  }
  const endsAt = clock.monotonicMs() + timeoutMs;
  let left = await runtime.connectionsTo(backend.address);
  for (; left > 0 && clock.monotonicMs() < endsAt; left = await runtime.connectionsTo(backend.address)) {
    await clock.sleep(lookMs);
  }
  const master = left === 0 ? null : await running(host);
  if (master === null) return 0;
  for (const { pid, isEnding } of await runtime.workers(master.pid)) if (isEnding) runtime.signal(pid, 'SIGTERM');
  const goneBy = clock.monotonicMs() + cutWithinMs;
  while ((await runtime.connectionsTo(backend.address)) > 0 && clock.monotonicMs() < goneBy) await clock.sleep(lookMs);
  return left;
}

async function stop(host: NginxHost): Promise<void> {
  const { ports, folder } = host;
  const master = await running(host);
  if (master !== null) {
    ports.nginx.signal(master.pid, 'SIGQUIT');
    const endsAt = ports.clock.monotonicMs() + graceMs;
    while (ports.daemons.isAlive(master) && ports.clock.monotonicMs() < endsAt) await ports.clock.sleep(lookMs);
    await ports.daemons.stop(master, 0);
  }
  await ports.files.remove(folder);
}
