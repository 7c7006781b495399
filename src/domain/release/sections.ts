import type { ChangelogSection } from './changelog.ts';
import type { ReleaseHistory } from './decide.ts';
import type { ChangelogFormat } from './entries.ts';
import type { Graph } from './graph.ts';
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
  /** A section for every prerelease; default: for those whose changes no stable version holds yet. */
  readonly prereleases?: boolean | undefined;
}

/**
 * A section for every version of the repository, newest version first, from one reading of its history.
 *
 * A commit belongs to the lowest stable version that contains it, and what came with prereleases to the stable
 * version that follows; a prerelease is only told before that, or where it is asked for, from the version before it.
 * A pick of a commit that a lower version holds is listed as "also in" that version.
 */
export function allSections(
  history: ReleaseHistory,
  settings: ReleaseSettings,
  options: SectionOptions,
): readonly ChangelogSection[] {
  const graph = graphOf(history.commits);
  const onBranch = reachable(graph, [history.head]);
  const { versions } = versionTags(history.tags, settings.tagPrefix, graph, onBranch);
  const stable = byVersion(versions.filter(({ version }) => !isPrerelease(version)));
  const owner = new Map<string, VersionTag>();
  const ranges = owned(graph, stable, owner);
  if (stable.length < versions.length) ranges.push(...prereleases(graph, versions, owner, options));
  ranges.sort((a, b) => compareVersions(a.tag.version, b.tag.version));
  const twinOf = picks(history, owner);
  const sections = ranges.map(({ tag, range, before }) => {
    const commits = judgeRange({ graph, range, onBranch, versions: [], types: settings.types, patchIds: new Map() });
    return {
      version: tag.version,
      tag: tag.tag,
      previousTag: before?.tag ?? null,
      date: dayOf(graph.commits.get(tag.commit)?.committedAt),
      ...notesSections(twinOf.size === 0 ? commits : commits.map((commit) => withTwin(commit, tag, twinOf, owner)), {
        ...options,
        isFirst: before === null,
      }),
    };
  });
  return sections.toReversed();
}

interface VersionRange {
  readonly tag: VersionTag;
  readonly range: ReadonlySet<string>;
  readonly before: VersionTag | null;
}

/** Each commit goes to the first of these that reaches it. */
function owned(graph: Graph, ascending: readonly VersionTag[], owner: Map<string, VersionTag>): VersionRange[] {
  return ascending.map((tag, at) => {
    const range = reachable(graph, [tag.at], owner);
    for (const sha of range) owner.set(sha, tag);
    return { tag, range, before: ascending[at - 1] ?? null };
  });
}

function prereleases(
  graph: Graph,
  versions: readonly VersionTag[],
  ownerOfStable: Map<string, VersionTag>,
  options: SectionOptions,
): readonly VersionRange[] {
  const all = byVersion(versions);
  const everything = owned(graph, all, new Map<string, VersionTag>());
  const found = everything.filter(({ tag }) => isPrerelease(tag.version));
  const told = options.prereleases === true ? found : found.filter(({ tag }) => !ownerOfStable.has(tag.at));
  if (options.prereleases !== true)
    for (const { tag, range } of told) for (const sha of range) ownerOfStable.set(sha, tag);
  return told;
}

/** Commit -> the other one of a pair that `cherry picked from` joins, both ways. */
function picks(
  history: ReleaseHistory,
  owner: ReadonlyMap<string, VersionTag>,
): ReadonlyMap<string, readonly string[]> {
  const pairs = new Map<string, string[]>();
  const add = (a: string, b: string) => pairs.set(a, [...(pairs.get(a) ?? []), b]);
  for (const record of history.commits) {
    const sources = pickedFrom(record);
    if (sources.length === 0 || !owner.has(record.sha)) continue;
    for (const source of sources) {
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
