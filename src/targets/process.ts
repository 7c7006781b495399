import { z } from 'zod';
import type { TargetPlugin } from './target.ts';

const schema = z.strictObject({ type: z.literal('process') });

export const processTarget: TargetPlugin<typeof schema> = {
  type: 'process',
  schema,
  artifact: 'directory',
  create: () => {
    throw new Error('built next');
  },
};
