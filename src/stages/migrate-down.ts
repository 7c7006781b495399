import { type AppliedMigration, labelOf, type Migration, type MigrationSet } from '../domain/migration/migration.ts';
import { compareVersions, isRepeatable, sameVersion } from '../domain/migration/version.ts';
import { ConfigError, GateFailed } from '../errors.ts';
import type { AppliedNow, ApplyInput, MigratePorts, MigrateResult } from './migrate/input.ts';
import { runOne, withRunner } from './migrate/runner.ts';

/**
 * Undo the last migrations that a database has, newest first, by their down scripts.
 *
 * Never part of an automatic rollback: a down may lose data, and somebody has to want that. Throws GateFailed
 * `MIGRATION_DOWN_MISSING` when one of them has no down, before anything is touched.
 */
export async function migrateDown(
  input: ApplyInput & { readonly count: number },
  ports: MigratePorts,
): Promise<MigrateResult> {
  if (!Number.isSafeInteger(input.count) || input.count < 1) {
    throw new ConfigError('COUNT_INVALID', `cannot undo ${input.count} migrations`, { hint: 'give a number from 1' });
  }
  return await withRunner(input, ports, async (runner) => {
    const applied = await input.tool.applied(runner.session, input.set);
    const newest = applied
      .filter(({ version }) => !isRepeatable(version))
      .toSorted(newestFirst(input.set))
      .slice(0, input.count);
    const migrations = newest.map(({ version, name }) => withDown(version, name, input));
    const undone: AppliedNow[] = [];
    for (const migration of migrations) {
      const revert = async () => await input.tool.revert(migration, runner.session);
      const ended = await runOne(migration, revert, runner, input, ports);
      if (ended.kind === 'failed') {
        return { ...ended, applied: undone, touched: undone.length > 0 || ended.failed.stands !== 'as-before' };
      }
      if (ended.kind === 'stopped') return { ...ended, applied: undone, touched: undone.length > 0 };
      undone.push(ended.step);
    }
    return { kind: 'done', applied: undone, alreadyApplied: applied.length - undone.length, remarks: [] };
  });
}

/** By when they were applied: a contract step may come after versions above its own. */
function newestFirst({ migrations }: MigrationSet): (a: AppliedMigration, b: AppliedMigration) => number {
  const place = ({ version }: AppliedMigration): number =>
    migrations.findIndex((migration) => sameVersion(migration.version, version));
  return (a, b) => {
    if (a.appliedAt !== b.appliedAt) return a.appliedAt < b.appliedAt ? 1 : -1;
    const [first, second] = [place(a), place(b)];
    return first === -1 || second === -1 ? compareVersions(b.version, a.version) : second - first;
  };
}

function withDown(version: string, name: string, input: ApplyInput): Migration {
  const found = input.set.migrations.find((migration) => sameVersion(migration.version, version));
  if (found !== undefined && found.down !== null) return found;
  const label = labelOf({ version, name });
  throw new GateFailed(
    'MIGRATION_DOWN_MISSING',
    `${label} cannot be undone: ${found === undefined ? 'its file is not in the tree' : 'it has no down script'}`,
    {
      hint:
        found === undefined
          ? 'bring the file back'
          : `write ${found.up.isProgram === true ? 'its way back' : found.up.path.replace(/\.sql$/, '.down.sql')}, or undo it by a new migration`,
    },
  );
}
