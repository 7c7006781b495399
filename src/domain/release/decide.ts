import semver from 'semver';
import type { CommitRecord, TagRecord } from '../../ports.ts';
import type { ReleaseWishes } from './asked.ts';
import { askedVersion, levelBetween } from './asked.ts';
import { highest, type Level } from './level.ts';
import type { Line } from './lines.ts';
import { holds, lineOf } from './lines.ts';
import type { Graph } from './graph.ts';
import { graphOf, reachable } from './graph.ts';
import type { PlannedCommit } from './range.ts';
import { judgeRange } from './range.ts';
import type { Refusal } from './refusals.ts';
import { channelRefusal, collision, strayRefusal } from './refusals.ts';
import type { ReleaseSettings } from './settings.ts';
import type { VersionTag } from './tags.ts';
import { releaseCommitTag, versionTags } from './tags.ts';
import {
  compareVersions,
  effectiveLevel,
  highestVersion,
  isPrerelease,
  nextPrerelease,
  raise,
  stablePart,
} from './version.ts';

/** All that the decision looks at: what HEAD and the tags of versions reach. */
export interface ReleaseHistory {
  readonly head: string;
  readonly branch: string | null;
  readonly commits: readonly CommitRecord[];
  readonly tags: readonly TagRecord[];
  /** Names of patches, for commits that might be twins; see `twinCandidates`. */
  readonly patchIds?: ReadonlyMap<string, string>;
}

export interface ReleaseDecision {
  readonly line: Line;
  /** Highest version of this line that HEAD contains; null before the first release. */
  readonly current: VersionTag | null;
  /** Where the range begins: the last stable version, or the last of its channel for notes of a prerelease. */
  readonly since: VersionTag | null;
  readonly next: string | null;
  /** How far the version moves, after the switches of 0.x. */
  readonly level: Level;
  /** `released`: HEAD is what the tag of `current` stands for. */
  readonly kind: 'release' | 'nothing' | 'released';
  /** Newest first. */
  readonly commits: readonly PlannedCommit[];
  /** Sentences about what was seen and does not stop the release. */
  readonly remarks: readonly string[];
  readonly refusal: Refusal | null;
}

/** Decide the next version. Pure: the same history gives the same answer. */
export function decide(
  history: ReleaseHistory,
  settings: ReleaseSettings,
  wishes: ReleaseWishes = {},
): ReleaseDecision {
  const graph = graphOf(history.commits);
  const onBranch = reachable(graph, [history.head]);
  const line = lineOf(history.branch);
  const { versions, odd } = versionTags(history.tags, settings.tagPrefix, graph, onBranch);
  const here = versions.filter(({ at }) => onBranch.has(at));
  const mine = here.filter(({ version }) => holds(line, version));
  const current = pick(mine, () => true);
  const stable = pick(mine, (version) => !isPrerelease(version));
  const wantsStable = settings.channel === undefined;
  const base = { line, current, remarks: remarks(odd, versions, here, settings) };

  const since = wantsStable || current === null || !isPrerelease(current.version) ? stable : current;
  const released = since === null ? new Set<string>() : reachable(graph, [since.at]);
  const range = reachable(graph, [history.head], released);
  const commits = judgeRange({
    graph,
    range,
    onBranch,
    versions,
    types: settings.types,
    patchIds: history.patchIds ?? new Map(),
  });
  const answer = (
    rest: Pick<ReleaseDecision, 'next' | 'level' | 'kind'> & { refusal?: Refusal | null },
  ): ReleaseDecision => ({
    ...base,
    since,
    commits,
    refusal: null,
    ...rest,
  });
  const nothing = (refusal: Refusal | null = null): ReleaseDecision =>
    answer({ next: null, level: 'none', kind: current?.at === history.head ? 'released' : 'nothing', refusal });

  const stray = here.find(
    ({ version }) => !holds(line, version) && line.range !== null && semver.gte(version, line.range.end),
  );
  if (stray !== undefined) return nothing(strayRefusal(line, stray));
  if (
    current !== null &&
    current.at === history.head &&
    wishes.version === undefined &&
    (isPrerelease(current.version) ? !wantsStable : true)
  ) {
    return nothing();
  }

  const pending = highest(commits.map(({ level }) => level));
  const asked = askedVersion(wishes, commits, settings);
  if (asked !== null) {
    const level = stable === null ? 'minor' : levelBetween(stable.version, asked.version);
    const refusal = asked.refusal ?? collision(asked.version, current, versions, line, commits);
    return answer({
      next: refusal === null ? asked.version : null,
      level,
      kind: refusal === null ? 'release' : 'nothing',
      refusal,
    });
  }
  const level = highest([pending, wishes.level ?? 'none']);
  if (current === null) {
    const first = wantsStable ? settings.initial : nextPrerelease(settings.initial, settings.channel ?? 'rc', []);
    const refusal = first === null ? null : collision(first, null, versions, line, commits);
    return answer({
      next: refusal === null ? first : null,
      level: level === 'none' ? 'minor' : level,
      kind: 'release',
      refusal,
    });
  }
  if (level === 'none' && !(wantsStable && isPrerelease(current.version) && stable?.version !== current.version))
    return nothing();

  const from = stable?.version ?? '0.0.0';
  const all =
    stable === null
      ? level
      : highest([pendingSince(stable, graph, history, versions, onBranch, settings), wishes.level ?? 'none']);
  const effective = wishes.level === 'major' ? 'major' : effectiveLevel(all, from, settings.zero);
  const target = stable === null ? settings.initial : effective === 'none' ? from : raise(from, effective);
  const existing = mine.map(({ version }) => version);
  const next = wantsStable
    ? (highestVersion([target, ...existing.filter(isPrerelease).map(stablePart)]) ?? target)
    : nextPrerelease(
        target,
        settings.channel ?? 'rc',
        versions
          .filter(({ version }) => holds(line, version) && (stable === null || semver.gt(version, stable.version)))
          .map(({ version }) => version),
      );
  if (next === null) return nothing(channelRefusal(settings, current.version));
  const refusal = collision(next, current, versions, line, commits);
  return answer({
    next: refusal === null ? next : null,
    level: effective,
    kind: refusal === null ? 'release' : 'nothing',
    refusal,
  });
}

function pick(tags: readonly VersionTag[], wanted: (version: string) => boolean): VersionTag | null {
  let best: VersionTag | null = null;
  for (const tag of tags) {
    if (wanted(tag.version) && (best === null || compareVersions(tag.version, best.version) > 0)) best = tag;
  }
  return best;
}

/** The level since the last stable version, which is what a prerelease is computed from. */
function pendingSince(
  stable: VersionTag,
  graph: Graph,
  history: ReleaseHistory,
  versions: readonly VersionTag[],
  onBranch: ReadonlySet<string>,
  settings: ReleaseSettings,
): Level {
  const range = reachable(graph, [history.head], reachable(graph, [stable.at]));
  return highest(
    judgeRange({ graph, range, onBranch, versions, types: settings.types, patchIds: new Map() }).map(
      ({ level }) => level,
    ),
  );
}

function remarks(
  odd: readonly string[],
  versions: readonly VersionTag[],
  here: readonly VersionTag[],
  settings: ReleaseSettings,
): readonly string[] {
  const said: string[] = [];
  if (odd.length > 0) {
    const names = odd.slice(0, 5).join(', ');
    said.push(
      `${odd.length} tags begin with "${settings.tagPrefix}" but name no version and are ignored: ${names}${odd.length > 5 ? ', ...' : ''}.`,
    );
  }
  const known = new Set(here);
  const off = versions.filter((tag) => !known.has(tag)).map(({ tag }) => tag);
  if (off.length > 0) {
    said.push(
      `${off.length} tags are not on this branch: ${off.slice(-5).join(', ')}${off.length > 5 ? ', ...' : ''}.`,
    );
  }
  return said;
}

/**
 * True when nothing but the version change of the last release lies in the range: nothing to build again.
 *
 * It may have come by a pull request: as a merge, or squashed under its title.
 */
export function isOnlyReleaseCommits({ commits, current }: ReleaseDecision): boolean {
  if (current === null || commits.length === 0) return false;
  const title = `chore(release): ${current.version}`;
  const isChange = (header: string) => header === title || (header.startsWith(`${title} (#`) && header.endsWith(')'));
  return commits.every(
    ({ record, header, level }) =>
      releaseCommitTag(record) !== null || isChange(header) || (record.parents.length > 1 && level === 'none'),
  );
}
