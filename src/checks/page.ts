import { z } from 'zod';
import type { Check } from './check.ts';
import { commonFields, requestFields } from './fields.ts';

const schema = z.strictObject({
  type: z.literal('page'),
  ...commonFields,
  ...requestFields,
  followRedirects: z.int().min(0).max(20).default(5).describe('For the page and each asset.'),
  assets: z.enum(['all', 'same-origin']).default('all').describe('Which of the assets that it references are loaded.'),
  maxAssets: z.int().min(1).max(2_000).default(200),
});

export const page: Check<typeof schema> = {
  type: 'page',
  schema,
  describe: (spec) => `page ${spec.path}`,
  attempt: async () => ({ kind: 'inconclusive', reason: 'not built' }),
};
