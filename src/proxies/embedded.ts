import { z } from 'zod';
import { duration } from '../config/values.ts';
import type { ProxyPlugin } from './proxy.ts';

const schema = z.strictObject({
  type: z.literal('embedded'),
  port: z.int().min(1).max(65_535).default(8080).describe('Port on 127.0.0.1 where users reach the environment.'),
  responseTimeout: duration.default(60_000).describe('Without a byte from the release for so long, a request fails.'),
  releaseHeader: z.boolean().default(false).describe('Say in x-fairway-release which release answered.'),
});

export const embedded: ProxyPlugin<typeof schema> = {
  type: 'embedded',
  schema,
  create: () => {
    throw new Error('built next');
  },
};
