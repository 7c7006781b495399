import type { MigrationPlan } from './compare.ts';
import type { AppliedMigration, MigrationSet } from './migration.ts';

/**
 * What is pending where a whole tree is one version: the newest one that a database has is compared with the tree's.
 *
 * A tree that was left behind is an error: its command would not know what came after it.
 */
export function compareLatest(set: MigrationSet, applied: readonly AppliedMigration[]): MigrationPlan {
  const finished = applied.filter(({ unfinished }) => unfinished === null);
  const newest = newestOf(finished);
  const problems = [...set.problems];
  const pending = set.migrations.flatMap((migration) => {
    if (newest?.version === migration.version) return [];
    const earlier = finished.find(({ version }) => version === migration.version);
    if (earlier !== undefined && newest !== null) {
      problems.push({
        severity: 'error',
        code: 'MIGRATION_MISSING',
        path: migration.up.path,
        message: `${migration.up.path} is as it was applied on ${earlier.appliedAt}, but commit ${newest.name} was applied on ${newest.appliedAt}, and what it brought is not in the tree`,
        hint: 'bring it back: what was applied stays in the tree, and a new migration undoes it',
      });
    }
    const begun = applied.find(({ version, unfinished }) => version === migration.version && unfinished !== null);
    return [{ migration, begun: begun ?? null }];
  });
  return { applied: finished, pending, problems };
}

/** The one that was applied last; null when there is none. */
export function newestOf(applied: readonly AppliedMigration[]): AppliedMigration | null {
  return applied.toSorted((a, b) => a.appliedAt.localeCompare(b.appliedAt)).at(-1) ?? null;
}
