import { z } from 'zod';
import { secretReference } from '../config/values.ts';
import { postgresDialect } from '../domain/migration/dialect.ts';
import { ConfigError } from '../errors.ts';
import type { DatabasePlugin } from './database.ts';
import { embeddedEnvironment } from './postgres/embedded-environment.ts';
import { postgresInspector } from './postgres/inspect.ts';
import { ephemeralServer } from './postgres/ephemeral.ts';
import { urlEnvironment } from './postgres/url-environment.ts';

const schema = z
  .strictObject({
    type: z.literal('postgres'),
    provider: z
      .enum(['embedded', 'url'])
      .default('embedded')
      .describe('embedded: a server of our own; url: one that stands.'),
    url: secretReference.optional().describe('With provider url: a reference to the URL, such as env:DATABASE_URL.'),
    variable: z
      .string()
      .default('DATABASE_URL')
      .describe('Environment variable in which the application finds its URL.'),
  })
  .refine((database) => database.provider !== 'url' || database.url !== undefined, {
    path: ['url'],
    error: 'provider "url" needs a reference to the URL, such as env:DATABASE_URL',
  });

/** PostgreSQL: embedded (npm's binaries) or at a URL. What is thrown away is always embedded. */
export const postgres: DatabasePlugin<typeof schema> = {
  type: 'postgres',
  schema,
  dialect: postgresDialect,
  inspector: postgresInspector,
  ephemeral: async (_config, context, ports) => await ephemeralServer(context, ports),
  environment(config, context, ports, resolveSecret) {
    const { url } = config;
    if (config.provider === 'embedded') return embeddedEnvironment(context, ports);
    if (url === undefined) throw new ConfigError('DATABASE_URL_MISSING', 'provider "url" has no URL');
    return urlEnvironment(async () => await resolveSecret(url), context, ports);
  },
};
