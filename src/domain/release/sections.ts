import type { ChangelogSection } from './changelog.ts';
import type { ReleaseHistory } from './decide.ts';
import type { ChangelogFormat } from './entries.ts';
import { graphOf, reachable } from './graph.ts';
import type { Links } from './links.ts';
import { notesSections } from './notes.ts';
import type { PlannedCommit } from './range.ts';
import { judgeRange } from './range.ts';
import type { ReleaseSettings } from './settings.ts';
import type { VersionTag } from './tags.ts';
import { versionTags } from './tags.ts';
import { pickedFrom } from './twins.ts';
import { byVersion, compareVersions, isPrerelease } from './version.ts';

export interface SectionOptions {
  readonly format: ChangelogFormat;
  readonly links: Links | null;
}

/**
 * A section for every stable version of the repository, newest version first, from one reading of its history.
 *
 * A commit belongs to the lowest version that contains it; the commits of prereleases to the stable version that
 * follows. A pick of a commit that a lower version holds is listed as "also in" that version.
 */
export function allSections(
  history: ReleaseHistory,
  settings: ReleaseSettings,
  options: SectionOptions,
): readonly ChangelogSection[] {
  const graph = graphOf(history.commits);
  const onBranch = reachable(graph, [history.head]);
  const { versions } = versionTags(history.tags, settings.tagPrefix, graph, onBranch);
  const ascending = byVersion(versions.filter(({ version }) => !isPrerelease(version)));
  const owner = new Map<string, VersionTag>();
  const ranges = ascending.map((tag) => {
    const range = reachable(graph, [tag.at], owner);
    for (const sha of range) owner.set(sha, tag);
    return { tag, range };
  });
  const twinOf = picks(history, owner);
  const sections = ranges.map(({ tag, range }, at) => {
    const commits = judgeRange({ graph, range, onBranch, versions: [], types: settings.types, patchIds: new Map() });
    return {
      version: tag.version,
      tag: tag.tag,
      previousTag: ascending[at - 1]?.tag ?? null,
      date: dayOf(graph.commits.get(tag.commit)?.committedAt),
      ...notesSections(
        commits.map((commit) => withTwin(commit, tag, twinOf, owner)),
        { ...options, isFirst: at === 0 },
      ),
    };
  });
  return sections.toReversed();
}

/** Commit -> the other one of a pair that `cherry picked from` joins, both ways. */
function picks(
  history: ReleaseHistory,
  owner: ReadonlyMap<string, VersionTag>,
): ReadonlyMap<string, readonly string[]> {
  const pairs = new Map<string, string[]>();
  const add = (a: string, b: string) => pairs.set(a, [...(pairs.get(a) ?? []), b]);
  for (const record of history.commits) {
    if (!owner.has(record.sha)) continue;
    for (const source of pickedFrom(record)) {
      add(source, record.sha);
      add(record.sha, source);
    }
  }
  return pairs;
}

function withTwin(
  commit: PlannedCommit,
  tag: VersionTag,
  twinOf: ReadonlyMap<string, readonly string[]>,
  owner: ReadonlyMap<string, VersionTag>,
): PlannedCommit {
  const lower = (twinOf.get(commit.sha) ?? [])
    .map((twin) => ({ twin, in: owner.get(twin) }))
    .find((found) => found.in !== undefined && compareVersions(found.in.version, tag.version) < 0);
  return lower?.in === undefined ? commit : { ...commit, twinOf: lower.twin, alsoIn: lower.in.tag };
}

/** The day of a commit, in UTC. */
export function dayOf(committedAt: string | undefined): string {
  if (committedAt !== undefined && /^\d{4}-\d\d-\d\dT.*(?:Z|\+00:00)$/.test(committedAt))
    return committedAt.slice(0, 10);
  const at = new Date(committedAt ?? 0);
  return (Number.isNaN(at.getTime()) ? new Date(0) : at).toISOString().slice(0, 10);
}
