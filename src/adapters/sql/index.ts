import { ConfigError } from '../../errors.ts';
import type { Sql } from '../../ports.ts';
import { connectMysql } from './mysql.ts';
import { connectPostgres } from './postgres.ts';

/** Every engine behind one `Sql`; the scheme of the URL says which. Drivers are loaded when they are first needed. */
export const sql: Sql = {
  async connect(url, options) {
    const scheme = /^([a-z0-9+]+):/i.exec(url)?.[1]?.toLowerCase() ?? '';
    if (scheme === 'postgres' || scheme === 'postgresql') return connectPostgres(url, options);
    if (scheme === 'mariadb' || scheme === 'mysql') return connectMysql(url, options);
    throw new ConfigError('DATABASE_URL_INVALID', `a database URL with the scheme "${scheme}" is not known`, {
      hint: 'use postgres://user:password@host:port/database, or mariadb://',
    });
  },
};
