import { z } from 'zod';
import type { Check } from './check.ts';

const schema = z.strictObject({
  type: z.literal('http'),
  name: z.string().optional(),
  path: z.string().startsWith('/'),
});

export const http: Check<typeof schema> = {
  type: 'http',
  schema,
  describe: (spec) => `GET ${spec.path}`,
  attempt: async () => ({ kind: 'inconclusive', reason: 'not built' }),
};
