import type { Config } from '../config/schema.ts';
import type { Dialect } from '../domain/migration/dialect.ts';
import type { MigrationSet } from '../domain/migration/migration.ts';
import { migrationTool } from '../migration-tools/index.ts';
import type { ToolPorts } from '../migration-tools/tool.ts';
import type { Repository } from '../ports.ts';

export interface TreePorts extends ToolPorts {
  readonly repository: Repository;
  /** A path for temporary files, swept when we die before we remove it. */
  readonly scratch: (purpose: string) => string;
}

/**
 * The migrations as they stand in a commit. Their tree stays on disk for the programs that some tools run; see
 * `withScratch`.
 */
export async function migrationsOf(
  commit: string,
  settings: NonNullable<Config['migrations']>,
  dialect: Dialect,
  ports: TreePorts,
): Promise<MigrationSet> {
  const tree = ports.scratch('migrations');
  await ports.repository.exportTree(commit, tree);
  return await migrationTool(settings, ports).list(
    { tree, directory: settings.directory, commit },
    dialect,
    ports.files,
  );
}
