import { z } from 'zod';
import { secretReference } from '../config/values.ts';
import { postgresDialect } from '../domain/migration/dialect.ts';
import { ConfigError } from '../errors.ts';
import type { DatabasePlugin } from './database.ts';
import { embeddedEnvironment } from './postgres/embedded-environment.ts';
import { postgresInspector } from './postgres/inspect.ts';
import { ephemeralServer } from './postgres/ephemeral.ts';
import { givenServer } from './postgres/given-server.ts';
import { withInstalled } from './postgres/installed-programs.ts';
import { postgresStatementWatcher } from './postgres/watch.ts';
import { urlEnvironment } from './postgres/url-environment.ts';

const schema = z
  .strictObject({
    type: z.literal('postgres'),
    provider: z
      .enum(['embedded', 'installed', 'url'])
      .default('embedded')
      .describe(
        'embedded: a server of our own; installed: the same with the PostgreSQL that the system has; url: one that stands.',
      ),
    url: secretReference.optional().describe('With provider url: a reference to the URL, such as env:DATABASE_URL.'),
    throwAway: secretReference
      .optional()
      .describe(
        'A reference to the URL of a server that may be thrown away, for rehearsals; default: FAIRWAY_THROW_AWAY_URL, else a server of our own.',
      ),
    variable: z
      .string()
      .default('DATABASE_URL')
      .describe('Environment variable in which the application finds its URL.'),
  })
  .refine((database) => database.provider !== 'url' || database.url !== undefined, {
    path: ['url'],
    error: 'provider "url" needs a reference to the URL, such as env:DATABASE_URL',
  });

/** PostgreSQL: embedded (npm's binaries), installed, or at a URL. What is thrown away is never the target's server. */
export const postgres: DatabasePlugin<typeof schema> = {
  type: 'postgres',
  schema,
  dialect: postgresDialect,
  inspector: postgresInspector,
  watcher: postgresStatementWatcher,
  async ephemeral({ provider }, context, ports) {
    if (context.throwAway !== undefined) return await givenServer(await context.throwAway(), ports);
    return await ephemeralServer(context, provider === 'installed' ? withInstalled(ports) : ports);
  },
  environment(config, context, ports, resolveSecret) {
    const { url } = config;
    if (config.provider === 'embedded') return embeddedEnvironment(context, ports);
    if (config.provider === 'installed') return embeddedEnvironment(context, withInstalled(ports));
    if (url === undefined) throw new ConfigError('DATABASE_URL_MISSING', 'provider "url" has no URL');
    return urlEnvironment(async () => await resolveSecret(url), context, ports);
  },
};
