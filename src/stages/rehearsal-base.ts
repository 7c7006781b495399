import type { Config } from '../config/schema.ts';
import type { AppliedMigration, Migration, MigrationSet } from '../domain/migration/migration.ts';
import { isRepeatable, sameVersion } from '../domain/migration/version.ts';
import { EnvironmentError } from '../errors.ts';
import { migrationTool } from '../migration-tools/index.ts';
import type { DatabaseInput } from './database.ts';
import { migrationsOf, type TreePorts } from './migrations-of.ts';

export interface BaseInput {
  readonly settings: NonNullable<Config['migrations']>;
  readonly set: MigrationSet;
  readonly applied: readonly AppliedMigration[];
  readonly stable: { readonly commit: string } | null;
  readonly database: DatabaseInput;
}

/**
 * What makes the schema that the target has, where the newest tree alone cannot: the commit that a command was run of
 * last, or the repeatable migrations as the release that serves has them. Null where the newest tree can.
 */
export async function rehearsalBase(input: BaseInput, ports: TreePorts): Promise<MigrationSet | null> {
  const { settings, applied } = input;
  const commit = migrationTool(settings, ports).baseCommit?.(applied) ?? null;
  return commit === null ? await withOldRepeatables(input, ports) : await setOf(commit, input, ports);
}

async function withOldRepeatables(input: BaseInput, ports: TreePorts): Promise<MigrationSet | null> {
  const { applied, set, stable } = input;
  const rowOf = ({ version }: Migration): AppliedMigration | undefined =>
    applied.find((row) => row.unfinished === null && sameVersion(row.version, version));
  const isChanged = (one: Migration): boolean =>
    isRepeatable(one.version) && (rowOf(one)?.checksum ?? one.checksum) !== one.checksum;
  if (stable === null || !set.migrations.some(isChanged)) return null;
  const old = await setOf(stable.commit, input, ports);
  const migrations = set.migrations
    .filter((one) => rowOf(one) !== undefined)
    .map((one) => (isChanged(one) ? (old.migrations.find(({ version }) => version === one.version) ?? one) : one));
  return { ...set, migrations, problems: [] };
}

async function setOf(commit: string, { settings, database }: BaseInput, ports: TreePorts): Promise<MigrationSet> {
  try {
    return await migrationsOf(commit, settings, database.plugin.dialect, ports);
  } catch (error) {
    throw new EnvironmentError(
      'REHEARSAL_BASE_UNKNOWN',
      `commit ${commit}, which the database was migrated with, is not in this clone`,
      {
        hint: 'fetch the whole history (actions/checkout: fetch-depth: 0): the rehearsal starts from what that commit makes',
        cause: error,
      },
    );
  }
}
