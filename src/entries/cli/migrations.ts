import type { Config } from '../../config/schema.ts';
import type { MigrationSet } from '../../domain/migration/migration.ts';
import { ConfigError } from '../../errors.ts';
import { migrationTool } from '../../migration-tools/index.ts';
import type { DatabaseInput } from '../../stages/database.ts';
import type { ApplyInput } from '../../stages/migrate/input.ts';
import { openDatabase } from './delivery.ts';
import type { Project } from './project.ts';

/** Throws ConfigError `MIGRATIONS_MISSING` when the environment has no database, or no migrations. */
export function openMigrations(project: Project): {
  readonly settings: NonNullable<Config['migrations']>;
  readonly database: DatabaseInput;
} {
  const settings = project.config.migrations;
  const database = openDatabase(project);
  if (settings !== undefined && database !== null) return { settings, database };
  throw new ConfigError('MIGRATIONS_MISSING', 'The configuration has no database, or no migrations.', {
    hint: 'Add "database: { type: postgres }" and "migrations: { directory: migrations }" to fairway.yml.',
  });
}

export function applyInput(project: Project, url: string, set: MigrationSet): ApplyInput {
  const { settings, database } = openMigrations(project);
  return {
    url,
    tool: migrationTool(settings, project.world),
    dialect: database.plugin.dialect,
    set,
    table: settings.table,
    runId: project.context.runId,
    lockTimeoutMs: settings.lockTimeout,
    statementTimeoutMs: settings.statementTimeout,
    signal: project.context.signal,
  };
}
