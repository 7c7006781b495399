import type { TargetStatistics } from '../../domain/migration/classify/predict-time.ts';
import type { SqlConnection } from '../../ports.ts';

/** Rows and bytes of every table of a PostgreSQL target, from its own statistics; read-only, no table is touched. */
export async function readStatistics(connection: SqlConnection): Promise<TargetStatistics> {
  await connection.query('SET default_transaction_read_only = on');
  const rows = await connection.query(
    `SELECT CASE WHEN n.nspname = 'public' THEN quote_ident(c.relname) ELSE quote_ident(n.nspname) || '.' || quote_ident(c.relname) END AS name,
       greatest(c.reltuples, coalesce(s.n_live_tup, 0), 0)::bigint::text AS rows, pg_total_relation_size(c.oid)::text AS bytes
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
     WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`,
  );
  return new Map(rows.map((row) => [String(row['name']), { rows: Number(row['rows']), bytes: Number(row['bytes']) }]));
}

/** The same of a MariaDB target; its numbers of rows are estimates. */
export async function readMariadbStatistics(connection: SqlConnection): Promise<TargetStatistics> {
  await connection.query('SET SESSION TRANSACTION READ ONLY');
  const rows = await connection.query(
    `SELECT TABLE_NAME AS name, coalesce(TABLE_ROWS, 0) AS row_count, coalesce(DATA_LENGTH, 0) + coalesce(INDEX_LENGTH, 0) AS bytes
     FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'`,
  );
  return new Map(
    rows.map((row) => [String(row['name']), { rows: Number(row['row_count']), bytes: Number(row['bytes']) }]),
  );
}
