import { z } from 'zod';
import type { ProxyPlugin } from './proxy.ts';

const schema = z.strictObject({
  type: z.literal('embedded'),
  port: z.int().min(1).max(65_535).default(8080).describe('Port on 127.0.0.1 where users reach the environment.'),
});

export const embedded: ProxyPlugin<typeof schema> = {
  type: 'embedded',
  schema,
  create: () => {
    throw new Error('built next');
  },
};
