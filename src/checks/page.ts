import { z } from 'zod';
import type { Check } from './check.ts';

const schema = z.strictObject({
  type: z.literal('page'),
  name: z.string().optional(),
  path: z.string().startsWith('/'),
});

export const page: Check<typeof schema> = {
  type: 'page',
  schema,
  describe: (spec) => `page ${spec.path}`,
  attempt: async () => ({ kind: 'inconclusive', reason: 'not built' }),
};
