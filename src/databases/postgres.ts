import { z } from 'zod';
import { secretReference } from '../config/values.ts';
import type { DatabasePlugin } from './database.ts';

const schema = z.strictObject({
  type: z.literal('postgres'),
  provider: z
    .enum(['embedded', 'url'])
    .default('embedded')
    .describe('embedded: a server of our own; url: one that stands.'),
  url: secretReference.optional().describe('With provider url: a reference to the URL, such as env:DATABASE_URL.'),
  variable: z.string().default('DATABASE_URL').describe('Environment variable in which the application finds its URL.'),
});

export const postgres: DatabasePlugin<typeof schema> = {
  type: 'postgres',
  schema,
  ephemeral: () => Promise.reject(new Error('built next')),
  environment: () => {
    throw new Error('built next');
  },
};
