import { textOf } from '../../domain/migration/row.ts';
import { sqlFailureOf } from '../../domain/migration/sql-failure.ts';
import type { SqlConnection } from '../../ports.ts';

/** What Alembic says that a database has: the revision of each branch; none where its table is absent. */
export async function versionsIn(connection: SqlConnection): Promise<readonly string[]> {
  try {
    const rows = await connection.query('SELECT version_num FROM alembic_version ORDER BY version_num');
    return rows.map((row) => textOf(row, 'version_num'));
  } catch (error) {
    if (['42P01', '1146'].includes(sqlFailureOf(error)?.sqlState ?? '')) return [];
    throw error;
  }
}
