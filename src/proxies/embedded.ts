import { z } from 'zod';
import { duration } from '../config/values.ts';
import { endProxy, ensureProxy } from './embedded/ensure.ts';
import { controlSocket, proxyFiles } from './embedded/paths.ts';
import type { Question } from './embedded/protocol.ts';
import { statsSchema } from './embedded/protocol.ts';
import { ask } from './embedded/question.ts';
import type { ProxyPlugin } from './proxy.ts';

const schema = z.strictObject({
  type: z.literal('embedded'),
  port: z.int().min(1).max(65_535).default(8080).describe('Port on 127.0.0.1 where users reach the environment.'),
  responseTimeout: duration
    .default(60_000)
    .refine((ms) => ms >= 100, { error: 'at least 100ms' })
    .describe('Without a byte from the release for so long, a request fails.'),
  releaseHeader: z.boolean().default(false).describe('Say in x-fairway-release which release answered.'),
});

const drained = z.object({ cut: z.number() });

/** A process of ours on the loopback interface, for local use: one per application and environment. */
export const embedded: ProxyPlugin<typeof schema> = {
  type: 'embedded',
  schema,
  create: (config, context, ports) => {
    const { directory, runDirectory } = context;
    const asker = { socket: controlSocket(runDirectory, config.port), directory, control: ports.control };
    const say = async (question: Question): Promise<unknown> => await ask(asker, question);
    const settings = { responseTimeoutMs: config.responseTimeout, releaseHeader: config.releaseHeader };
    return {
      url: `http://127.0.0.1:${config.port}`,
      ensure: async () => await ensureProxy({ port: config.port, settings }, asker, context, ports),
      add: async ({ releaseId, address }) => void (await say({ type: 'add', releaseId, address })),
      shift: async (weights) => void (await say({ type: 'shift', weights })),
      persistStable: async (releaseId) => void (await say({ type: 'persist-stable', releaseId })),
      stats: async (question = {}) => statsSchema.parse(await say({ type: 'stats', ...question })),
      drain: async (releaseId, timeoutMs) => drained.parse(await say({ type: 'drain', releaseId, timeoutMs })),
      remove: async (releaseId) => void (await say({ type: 'remove', releaseId })),
      recentPaths: async () => z.array(z.string()).parse(await say({ type: 'recent-paths' })),
      maintain: async (page) => void (await say({ type: 'maintain', page })),
      stop: async () => {
        await endProxy(asker, context, ports);
        await ports.files.remove(proxyFiles(directory).state);
      },
    };
  },
};
