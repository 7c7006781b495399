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
    const mine = pullRequests(commit.message.header);
    for (const other of byHeader.get(bareHeader(commit.message.header)) ?? []) {
      if (other.record.sha === name) continue;
      const patch = patchIds.get(name);
      const samePullRequest = pullRequests(other.message.header).some((number) => mine.includes(number));
      if (samePullRequest) twins.set(name, { of: other.record.sha, by: 'pull-request' });
      else if (patch !== undefined && patch === patchIds.get(other.record.sha)) {
        twins.set(name, { of: other.record.sha, by: 'patch' });
      } else continue;
      break;
    }
  }
  return twins;
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
