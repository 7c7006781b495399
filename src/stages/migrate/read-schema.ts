import type { Inspector } from '../../databases/inspector.ts';
import type { SchemaObject } from '../../domain/migration/fidelity/snapshot.ts';
import type { MigratePorts, MigrationTarget } from './input.ts';

/** The schema that a database has now, read only; a rehearsal compares it with what the migrations make. */
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
