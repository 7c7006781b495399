import { phaseOf } from './classify/phase.ts';
import {
  labelOf,
  type AppliedMigration,
  type Migration,
  type MigrationProblem,
  type MigrationSet,
} from './migration.ts';
import { compareVersions, isRepeatable, sameVersion } from './version.ts';

/** What is to be done to bring a database to the tree. */
export interface MigrationPlan {
  readonly applied: readonly AppliedMigration[];
  readonly pending: readonly PendingMigration[];
  /** Those of the tree and those between tree and database. */
  readonly problems: readonly MigrationProblem[];
}

export interface PendingMigration {
  readonly migration: Migration;
  /** What an earlier attempt left behind, or what a repeatable one was before it changed. */
  readonly begun: AppliedMigration | null;
}

/**
 * Compare the tree with what a database has.
 *
 * Edited or missing applied ones, and new ones below the highest applied version, are errors: the database would not
 * be what the tree says. Where versions are no numbers in a row (`isOrdered: false`), the tool itself knows the order.
 */
export function compareMigrations(
  set: MigrationSet,
  applied: readonly AppliedMigration[],
  { isOrdered } = { isOrdered: true },
): MigrationPlan {
  const problems = [...set.problems];
  const pending: PendingMigration[] = [];
  const highest = applied
    .filter(isFinished)
    .map((one) => one.version)
    .filter((version) => !isRepeatable(version))
    .toSorted(compareVersions)
    .at(-1);
  for (const migration of set.migrations) {
    const found = applied.find((one) => sameVersion(one.version, migration.version));
    if (found !== undefined && isFinished(found)) {
      if (found.checksum === migration.checksum) continue;
      if (isRepeatable(migration.version)) pending.push({ migration, begun: found });
      else problems.push(edited(migration, found));
      continue;
    }
    pending.push({ migration, begun: found ?? null });
    // A contract step waits for the bake, while others pass it.
    const mayComeLate = phaseOf(migration.up.text) === 'contract';
    if (isOrdered && !mayComeLate && highest !== undefined && compareVersions(migration.version, highest) < 0) {
      problems.push(outOfOrder(migration, highest));
    }
  }
  for (const one of applied) {
    if (!set.migrations.some((migration) => sameVersion(migration.version, one.version))) problems.push(missing(one));
  }
  return { applied: applied.filter(isFinished), pending, problems };
}

function isFinished(applied: AppliedMigration): boolean {
  return applied.unfinished === null;
}

function edited(migration: Migration, applied: AppliedMigration): MigrationProblem {
  return {
    severity: 'error',
    code: 'MIGRATION_EDITED',
    path: migration.up.path,
    message:
      `${migration.up.path} was changed after it was applied on ${applied.appliedAt} ` +
      `(checksum ${migration.checksum.slice(0, 12)}, applied ${applied.checksum.slice(0, 12)})`,
    hint: 'put its old content back, and write the change as a new migration',
  };
}

function outOfOrder(migration: Migration, highest: string): MigrationProblem {
  return {
    severity: 'error',
    code: 'MIGRATION_OUT_OF_ORDER',
    path: migration.up.path,
    message: `${migration.up.path} is new, but ${highest}, which comes after it, is already applied`,
    hint: `give it a version above ${highest}`,
  };
}

function missing(applied: AppliedMigration): MigrationProblem {
  return {
    severity: 'error',
    code: 'MIGRATION_MISSING',
    path: labelOf(applied),
    message: `${labelOf(applied)} was applied${applied.appliedAt === '' ? '' : ` on ${applied.appliedAt}`}, but its file is not in the tree`,
    hint: 'bring the file back: a migration that was applied stays in the tree, and a new one undoes it',
  };
}
