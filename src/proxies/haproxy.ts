import { z } from 'zod';
import { duration } from '../config/values.ts';
import { haproxyAsContainer } from './haproxy/as-container.ts';
import { haproxyAsProcess } from './haproxy/as-process.ts';
import type { Wanted } from './haproxy/ensure.ts';
import { ensureHaproxy } from './haproxy/ensure.ts';
import { haproxyFiles } from './haproxy/layout.ts';
import { drain, leave, maintain, recentPaths, reroute, statsOf } from './haproxy/proxy.ts';
import type { HaproxyWorld } from './haproxy/process.ts';
import type { ProxyPlugin } from './proxy.ts';

const port = z.int().min(1).max(65_535);
const host = z
  .string()
  .toLowerCase()
  .regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, { error: 'expected the name of a host, such as shop.example.org' });
const address = z.union([z.ipv4(), z.literal('*')], { error: 'expected an IPv4 address, or "*" for all' });

const tls = z.strictObject({
  port: port.default(443).describe('Where HTTPS is served.'),
  certificates: z
    .array(
      z.string().regex(/^(\/.+|env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/, {
        error: 'expected an absolute path on the host of the proxy, env:NAME or file:PATH',
      }),
    )
    .min(1)
    .describe(
      'Each with certificate, chain and key, in PEM: a file on the host of the proxy, which is read again when it is renewed; or a secret by reference (env:NAME, file:PATH), which travels with the release.',
    ),
  redirect: z.boolean().default(true).describe('Send http to https, but for ACME challenges and for this machine.'),
});

const schema = z.strictObject({
  type: z.literal('haproxy'),
  port: port.default(8080).describe('Where users reach the environment; applications with the same port share it.'),
  address: address.default('127.0.0.1').describe('Where it listens; "*" for all addresses of the host.'),
  hosts: z.array(host).default([]).describe('Host names of this application; none: all that no other claims.'),
  tls: tls.optional().describe('HTTPS.'),
  responseTimeout: duration
    .default(60_000)
    .refine((ms) => ms >= 100, { error: 'at least 100ms' })
    .describe('Without a byte from the release for so long, a request fails.'),
  tunnelTimeout: duration
    .default(3_600_000)
    .refine((ms) => ms >= 1_000, { error: 'at least 1s' })
    .describe('A WebSocket that is silent for so long is cut.'),
  releaseHeader: z.boolean().default(false).describe('Say in x-fairway-release which release answered.'),
  sticky: z.boolean().default(false).describe('A cookie keeps users with their release while it gets traffic.'),
  testers: z
    .boolean()
    .default(false)
    .describe('The header x-fairway-release or cookie fairway-release of a request chooses its release.'),
  image: z
    .string()
    .regex(/^(\S+@)?sha256:[0-9a-f]{64}$/, {
      error: 'expected an image by its digest, such as haproxy@sha256:... or sha256:...',
    })
    .optional()
    .describe(
      'HAProxy as a container of this image, by digest; default: the installed program, and where the agent is a container, an image made of it.',
    ),
  program: z.string().min(1).default('haproxy').describe('The installed program, 2.6 or newer.'),
});

/** The installed HAProxy, one of our own per port: several applications and host names may share it. */
export const haproxy: ProxyPlugin<typeof schema> = {
  type: 'haproxy',
  schema,
  create: (config, context, ports) => {
    const { directory } = context;
    const paths = haproxyFiles(context.runDirectory, config.port);
    const where = { paths, runtime: ports.haproxy, ports };
    const runner =
      config.image === undefined || ports.engine === undefined
        ? haproxyAsProcess(config.program, where)
        : haproxyAsContainer(config.image, config.port, { ...where, engine: ports.engine });
    const world: HaproxyWorld = { ...where, runner };
    const inTurn = async <T>(change: () => Promise<T>): Promise<T> => await ports.haproxy.inTurn(paths.socket, change);
    const wanted: Wanted = {
      directory,
      address: config.address,
      port: config.port,
      hosts: config.hosts,
      tlsPort: config.tls?.port ?? null,
      certificates: config.tls?.certificates ?? [],
      secret: context.secret,
      settings: {
        responseTimeoutMs: config.responseTimeout,
        tunnelTimeoutMs: config.tunnelTimeout,
        releaseHeader: config.releaseHeader,
        sticky: config.sticky,
        testers: config.testers,
        redirect: config.tls?.redirect ?? false,
      },
    };
    return {
      url: urlOf(config),
      ensure: async () => await inTurn(async () => await ensureHaproxy(wanted, world)),
      add: async ({ releaseId, address: at }) =>
        await inTurn(async () => await reroute(directory, { type: 'add', releaseId, address: at }, world)),
      shift: async (weights) => await inTurn(async () => await reroute(directory, { type: 'shift', weights }, world)),
      persistStable: async (releaseId) =>
        await inTurn(async () => await reroute(directory, { type: 'persist-stable', releaseId }, world)),
      stats: async (question = {}) => await statsOf(directory, question, world),
      drain: async (releaseId, timeoutMs) => ({ cut: await drain(directory, releaseId, timeoutMs, world) }),
      remove: async (releaseId) =>
        await inTurn(async () => await reroute(directory, { type: 'remove', releaseId }, world)),
      recentPaths: async () => await recentPaths(directory, world),
      maintain: async (page) => await inTurn(async () => await maintain(directory, page, world)),
      stop: async () => await inTurn(async () => await leave(directory, world)),
    };
  },
};

/** With host names of its own, users (and our checks) come by the first of them. */
function urlOf(config: z.output<typeof schema>): string {
  const [first] = config.hosts;
  const isSecure = first !== undefined && config.tls !== undefined;
  const at = isSecure ? (config.tls?.port ?? 443) : config.port;
  const isUsual = at === (isSecure ? 443 : 80);
  const name = first ?? (config.address === '*' ? '127.0.0.1' : config.address);
  return `${isSecure ? 'https' : 'http'}://${name}${isUsual ? '' : `:${at}`}`;
}
