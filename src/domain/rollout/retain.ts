/** A release on the target, as far as keeping it is concerned. */
export interface Held {
  readonly id: string;
  readonly version: string;
  /** When it was first promoted (ISO 8601); null for one that never was. */
  readonly promotedAt: string | null;
  /** Somebody rolled back from it: it is no choice by default. */
  readonly withdrawn: boolean;
  /** When its last rollout ended (ISO 8601). */
  readonly since: string;
}

/** Failed releases stay for their logs, this many. */
const keptFailures = 2;

/** Ids of the releases to delete: all but the stable one, the newest promoted ones up to `keep`, and the last failed ones. */
export function toDiscard(releases: readonly Held[], stableId: string | null, keep: number): readonly string[] {
  const others = releases.filter((release) => release.id !== stableId);
  const promoted = others.filter((release) => release.promotedAt !== null).toSorted(newestFirst);
  const failed = others.filter((release) => release.promotedAt === null).toSorted(newestFirst);
  return [...promoted.slice(Math.max(1, keep - 1)), ...failed.slice(keptFailures)].map((release) => release.id);
}

/**
 * The release to return to: the named version, or the newest one that was promoted before the stable one and that
 * nobody rolled back from. Null when no such release is kept; one that never served is no choice.
 */
export function previousOf<R extends Held>(releases: readonly R[], stable: R | null, version: string | null): R | null {
  const served = releases
    .filter((release) => release.id !== stable?.id && release.promotedAt !== null)
    .toSorted((a, b) => compare(b.promotedAt ?? '', a.promotedAt ?? ''));
  if (version !== null) return served.find((release) => release.version === version) ?? null;
  const bound = stable?.promotedAt ?? null;
  const isBefore = (release: R): boolean => bound === null || (release.promotedAt ?? '') < bound;
  return served.find((release) => !release.withdrawn && isBefore(release)) ?? null;
}

function newestFirst(a: Held, b: Held): number {
  return compare(b.since, a.since);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
