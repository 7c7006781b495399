import type { ReadCommit } from './reverts.ts';

/** The same change, made a second time: a backport or a cherry-pick. */
export interface Twin {
  readonly of: string;
  readonly by: 'cherry-pick' | 'pull-request' | 'patch';
}

const picked = /\(cherry picked from commit ([0-9a-f]{7,64})\)/g;

/** The commits that a message says it was picked from. */
export const pickedFrom = ({ message }: { readonly message: string }): readonly string[] =>
  message.includes('cherry picked from') ? [...message.matchAll(picked)].map((match) => match[1] ?? '') : [];

/** The header without the pull requests at its end and without a branch in brackets, as backports carry them. */
function bareHeader(header: string): string {
  let end = header.length;
  for (
    let open = header.lastIndexOf('(#', end);
    header.charAt(end - 1) === ')' && open !== -1;
    open = header.lastIndexOf('(#', end)
  ) {
    if (!/^\d+$/.test(header.slice(open + 2, end - 1))) break;
    end = header.slice(0, open).trimEnd().length;
  }
  const start = header.startsWith('[') ? header.indexOf(']') + 1 : 0;
  return header.slice(start, end).trim().toLowerCase();
}

const pullRequests = (header: string): readonly string[] => header.match(/#\d+(?=\))/g) ?? [];

/**
 * Commits of `range` that say the same as one of `others` with the same header, and might be twins by their patch.
 *
 * Their patch names are worth computing; all others are twins, or not, by what their messages say.
 */
export function twinCandidates(range: readonly ReadCommit[], others: readonly ReadCommit[]): readonly string[] {
  const headers = byBareHeader(others);
  const candidates = new Set<string>();
  for (const commit of range) {
    if (commit.message.type === null || commit.record.parents.length > 1) continue;
    for (const other of headers.get(bareHeader(commit.message.header)) ?? []) {
      if (other.record.parents.length > 1) continue;
      candidates.add(commit.record.sha);
      candidates.add(other.record.sha);
    }
  }
  return [...candidates];
}

/** For each commit of `range`, the commit of `others` that makes the same change. */
export function findTwins(
  range: readonly ReadCommit[],
  others: readonly ReadCommit[],
  patchIds: ReadonlyMap<string, string>,
): ReadonlyMap<string, Twin> {
  const twins = new Map<string, Twin>();
  if (others.length === 0) return twins;
  const bySource = new Map<string, string>();
  const byName = new Set<string>();
  const byHeader = byBareHeader(others);
  for (const other of others) {
    byName.add(other.record.sha);
    for (const source of pickedFrom(other.record)) bySource.set(source, other.record.sha);
  }
  for (const commit of range) {
    const name = commit.record.sha;
    const sources = pickedFrom(commit.record);
    const twin =
      bySource.get(name) ??
      sources.find((source) => byName.has(source)) ??
      sources.map((source) => bySource.get(source)).find((found) => found !== undefined && found !== name);
    if (twin !== undefined && twin !== name) {
      twins.set(name, { of: twin, by: 'cherry-pick' });
      continue;
    }
    if (commit.message.type === null) continue;
    for (const other of byHeader.get(bareHeader(commit.message.header)) ?? []) {
      const by = other.record.sha === name ? null : kinship(commit, other, patchIds);
      if (by === null) continue;
      twins.set(name, { of: other.record.sha, by });
      break;
    }
  }
  return twins;
}

/** For each commit that repeats an older one of the same range (given newest first), the oldest of its kind. */
export function repeatedWithin(
  commits: readonly ReadCommit[],
  patchIds: ReadonlyMap<string, string>,
): ReadonlyMap<string, Twin> {
  const twins = new Map<string, Twin>();
  if (commits.length < 2) return twins;
  const seen = new Set<string>();
  const pickedHere = new Map<string, string>();
  const byHeader = new Map<string, ReadCommit[]>();
  for (const commit of commits.toReversed()) {
    const name = commit.record.sha;
    const sources = pickedFrom(commit.record);
    const picked =
      sources.find((source) => seen.has(source)) ??
      [name, ...sources].map((source) => pickedHere.get(source)).find((found) => found !== undefined);
    for (const source of sources) if (!pickedHere.has(source)) pickedHere.set(source, name);
    seen.add(name);
    const said = sameSaid(commit, byHeader, patchIds);
    const twin: Twin | null = picked === undefined ? said : { of: picked, by: 'cherry-pick' };
    if (twin !== null) twins.set(name, { ...twin, of: twins.get(twin.of)?.of ?? twin.of });
  }
  return twins;
}

/** An older commit with the same header, and the same pull request or patch; adds this one to those that were seen. */
function sameSaid(
  commit: ReadCommit,
  byHeader: Map<string, ReadCommit[]>,
  patchIds: ReadonlyMap<string, string>,
): Twin | null {
  if (commit.message.type === null) return null;
  const header = bareHeader(commit.message.header);
  const same = byHeader.get(header);
  if (same === undefined) {
    byHeader.set(header, [commit]);
    return null;
  }
  const found = same.find((other) => kinship(commit, other, patchIds) !== null);
  same.push(commit);
  return found === undefined ? null : { of: found.record.sha, by: kinship(commit, found, patchIds) ?? 'patch' };
}

function kinship(a: ReadCommit, b: ReadCommit, patchIds: ReadonlyMap<string, string>): 'pull-request' | 'patch' | null {
  const mine = pullRequests(a.message.header);
  if (pullRequests(b.message.header).some((number) => mine.includes(number))) return 'pull-request';
  const patch = patchIds.get(a.record.sha);
  return patch !== undefined && patch === patchIds.get(b.record.sha) ? 'patch' : null;
}

/** Conventional commits by what their headers say. */
function byBareHeader(commits: readonly ReadCommit[]): ReadonlyMap<string, readonly ReadCommit[]> {
  const found = new Map<string, ReadCommit[]>();
  for (const commit of commits) {
    if (commit.message.type === null) continue;
    const header = bareHeader(commit.message.header);
    const same = found.get(header);
    if (same === undefined) found.set(header, [commit]);
    else same.push(commit);
  }
  return found;
}
