import type { Clock, SqlConnection } from '../../ports.ts';
import { postgresInspector } from '../postgres/inspect.ts';
import { layBase } from './base.ts';
import { readColumnFacts } from './column-facts.ts';
import { mariadbStatementWatcher } from '../mariadb/watch.ts';
import { readMariadbSchema } from './mariadb-schema.ts';
import { observeMariadb } from './mariadb.ts';
import { observePostgres } from './postgres.ts';
import { readMariadbStatistics, readStatistics } from './statistics.ts';

/** Everything that a classification or a plan asks of a PostgreSQL server. */
export const postgresWatcher = {
  layBase,
  observe: observePostgres,
  statistics: readStatistics,
  columnFacts: readColumnFacts,
  schema: async (connection: SqlConnection, except: string) => await postgresInspector.schema(connection, except),
} as const;

export const mariadbWatcher = {
  observe: observeMariadb,
  statistics: readMariadbStatistics,
  schema: readMariadbSchema,
  gauge: async (connection: SqlConnection, rows: number, rowBytes: number, clock: Clock) =>
    await mariadbStatementWatcher.gauge(connection, rows, rowBytes, clock),
} as const;

export type PostgresWatcher = typeof postgresWatcher;
export type MariadbWatcher = typeof mariadbWatcher;
