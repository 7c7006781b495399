import type { DatabasePlugin } from '../../databases/database.ts';
import type { TargetStatistics } from '../../domain/migration/classify/predict-time.ts';
import type { Inspector } from '../../databases/inspector.ts';
import type { SchemaObject } from '../../domain/migration/fidelity/snapshot.ts';
import type { MigratePorts, MigrationTarget } from './input.ts';

/**
 * The schema that a database has now, and how much it holds; read only. A rehearsal compares the one with what the
 * migrations make, and predicts from the other.
 */
export async function readTarget(
  { url, table }: Pick<MigrationTarget, 'url' | 'table'>,
  { inspector, watcher }: Pick<DatabasePlugin, 'inspector' | 'watcher'>,
  ports: Pick<MigratePorts, 'sql'>,
): Promise<{ readonly schema: readonly SchemaObject[] | null; readonly statistics: TargetStatistics }> {
  const connection = await ports.sql.connect(url, { timeoutMs: 10_000, applicationName: 'fairway status' });
  try {
    await connection.query('START TRANSACTION READ ONLY');
    const schema = inspector === undefined ? null : await inspector.schema(connection, table);
    return { schema, statistics: watcher === undefined ? new Map() : await watcher.statistics(connection) };
  } finally {
    await connection.close();
  }
}

/** The schema alone. */
export async function readSchema(
  { url, table }: Pick<MigrationTarget, 'url' | 'table'>,
  inspector: Inspector,
  ports: Pick<MigratePorts, 'sql'>,
): Promise<readonly SchemaObject[]> {
  const connection = await ports.sql.connect(url, { timeoutMs: 10_000, applicationName: 'fairway status' });
  try {
    await connection.query('START TRANSACTION READ ONLY');
    return await inspector.schema(connection, table);
  } finally {
    await connection.close();
  }
}
