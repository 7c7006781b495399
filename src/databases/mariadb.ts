import { z } from 'zod';
import { secretReference } from '../config/values.ts';
import { mariadbDialect } from '../domain/migration/dialect.ts';
import { ConfigError } from '../errors.ts';
import type { DatabasePlugin } from './database.ts';
import { ephemeralMariadb } from './mariadb/ephemeral.ts';
import { mariadbInspector } from './mariadb/inspect.ts';
import { installedEnvironment } from './mariadb/installed-environment.ts';
import { mariadbStatementWatcher } from './mariadb/watch.ts';
import { mariadbUrlEnvironment } from './mariadb/url-environment.ts';

const schema = z
  .strictObject({
    type: z.literal('mariadb'),
    provider: z
      .enum(['installed', 'url'])
      .default('installed')
      .describe('installed: a server of our own with the MariaDB that the system has; url: one that stands.'),
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

/** MariaDB 10.6 and later: installed (a server of our own) or at a URL. What is thrown away is always our own. */
export const mariadb: DatabasePlugin<typeof schema> = {
  type: 'mariadb',
  schema,
  dialect: mariadbDialect,
  inspector: mariadbInspector,
  watcher: mariadbStatementWatcher,
  ephemeral: async (_config, context, ports) => await ephemeralMariadb(context, ports),
  environment(config, context, ports, resolveSecret) {
    const { url } = config;
    if (config.provider === 'installed') return installedEnvironment(context, ports);
    if (url === undefined) throw new ConfigError('DATABASE_URL_MISSING', 'provider "url" has no URL');
    return mariadbUrlEnvironment(async () => await resolveSecret(url), context, ports);
  },
};
