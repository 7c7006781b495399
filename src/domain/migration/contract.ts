import { phaseOf } from './classify/phase.ts';
import type { PendingMigration } from './compare.ts';
import type { Migration } from './migration.ts';

/** True for what removes something that older releases use: it runs after the bake, never before a rollout. */
export function isContract({ up }: Pick<Migration, 'up'>): boolean {
  return phaseOf(up.text) === 'contract';
}

/** Versions of the contract steps of a tree. */
export function contractsOf(migrations: readonly Migration[]): readonly string[] {
  return migrations.filter(isContract).map(({ version }) => version);
}

/** The release that serves, as far as contract steps ask for it. */
export interface ServingRelease {
  readonly version: string;
  readonly contracts: readonly string[];
  /** ISO 8601; null while it bakes. */
  readonly bakedAt: string | null;
  readonly bakesUntil: string | null;
}

/** A contract step that may not run yet, and why. */
export interface Waiting {
  readonly migration: Migration;
  readonly why: string;
}

/**
 * Tell what may run now from what has to wait.
 *
 * A contract step may run when the release that serves has it in its own tree, so that it was rehearsed without what
 * the step removes, and has baked. Where nothing serves nobody can miss anything. What was begun is brought to its end.
 */
export function splitPending(
  pending: readonly PendingMigration[],
  serving: ServingRelease | null,
): { readonly due: readonly PendingMigration[]; readonly waiting: readonly Waiting[] } {
  const waiting = pending.flatMap(({ migration, begun }): readonly Waiting[] => {
    const why = begun === null ? whyWait(migration, serving) : null;
    return why === null ? [] : [{ migration, why }];
  });
  const due = pending.filter(({ migration }) => !waiting.some((one) => one.migration === migration));
  return { due, waiting };
}

function whyWait(migration: Migration, serving: ServingRelease | null): string | null {
  if (serving === null || !isContract(migration)) return null;
  const { version, contracts, bakedAt, bakesUntil } = serving;
  if (!contracts.includes(migration.version)) return `${version}, which serves, may still use what it removes`;
  if (bakedAt === null) return `${version} bakes${bakesUntil === null ? '' : ` until ${bakesUntil}`}`;
  return null;
}
