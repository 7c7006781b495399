import semver from 'semver';
import type { CommitRecord, TagRecord } from '../../ports.ts';
import type { ReleaseWishes } from './asked.ts';
import { askedVersion, levelBetween } from './asked.ts';
import { highest, type Level } from './level.ts';
import type { Line } from './lines.ts';
import { holds, lineOf } from './lines.ts';
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
  const situation = situationOf(history, settings);
  const { line, current, since, commits, remarks } = situation;
  const { next, level, refusal } = nextOf(situation, settings, wishes);
  const isHere = current !== null && current.at === history.head;
  const kind = next !== null ? 'release' : isHere ? 'released' : 'nothing';
  return { line, current, since, next, level, kind, commits, remarks, refusal };
}

/** What stands where, before anything is wished or decided. */
interface Situation {
  readonly head: string;
  readonly line: Line;
  /** Every version of the repository, on this branch or elsewhere. */
  readonly versions: readonly VersionTag[];
  /** Versions that HEAD contains, whatever line they belong to. */
  readonly here: readonly VersionTag[];
  readonly current: VersionTag | null;
  readonly stable: VersionTag | null;
  readonly since: VersionTag | null;
  readonly commits: readonly PlannedCommit[];
  /** Level of all changes since the last stable version. */
  readonly sinceStable: () => Level;
  readonly remarks: readonly string[];
}

function situationOf(history: ReleaseHistory, settings: ReleaseSettings): Situation {
  const graph = graphOf(history.commits);
  const onBranch = reachable(graph, [history.head]);
  const line = lineOf(history.branch);
  const { versions, odd } = versionTags(history.tags, settings.tagPrefix, graph, onBranch);
  const here = versions.filter(({ at }) => onBranch.has(at));
  const mine = here.filter(({ version }) => holds(line, version));
  const current = pick(mine, () => true);
  const stable = pick(mine, (version) => !isPrerelease(version));
  const isAfterPrerelease = settings.channel !== undefined && current !== null && isPrerelease(current.version);
  const since = isAfterPrerelease ? current : stable;
  const judge = (from: VersionTag | null): readonly PlannedCommit[] => {
    const released = from === null ? new Set<string>() : reachable(graph, [from.at]);
    const range = reachable(graph, [history.head], released);
    const patchIds = history.patchIds ?? new Map<string, string>();
    return judgeRange({ graph, range, onBranch, versions, types: settings.types, patchIds });
  };
  const commits = judge(since);
  const sinceStable = (): Level => levelOf(since === stable ? commits : judge(stable));
  const said = remarks(odd, versions, here, settings);
  return { head: history.head, line, versions, here, current, stable, since, commits, sinceStable, remarks: said };
}

type Next = Pick<ReleaseDecision, 'next' | 'level' | 'refusal'>;

const nothing: Next = { next: null, level: 'none', refusal: null };
const refuse = (refusal: Refusal): Next => ({ ...nothing, refusal });
const levelOf = (commits: readonly PlannedCommit[]): Level => highest(commits.map(({ level }) => level));

/** The rules in their order: what forbids any release, what was asked for, the first one, the next one. */
function nextOf(situation: Situation, settings: ReleaseSettings, wishes: ReleaseWishes): Next {
  const { line, here, current, stable, commits, head } = situation;
  const stray = here.find(({ version }) => line.range !== null && semver.gte(version, line.range.end));
  if (stray !== undefined) return refuse(strayRefusal(line, stray));
  const isPromotion = settings.channel === undefined && current !== null && isPrerelease(current.version);
  if (current?.at === head && wishes.version === undefined && !isPromotion) return nothing;

  const asked = askedVersion(wishes, commits, settings);
  if (asked !== null) {
    if (asked.refusal !== null) return refuse(asked.refusal);
    return orCollision(
      asked.version,
      stable === null ? 'minor' : levelBetween(stable.version, asked.version),
      situation,
    );
  }
  const level = highest([levelOf(commits), wishes.level ?? 'none']);
  if (current === null) {
    const { initial, channel } = settings;
    const first = channel === undefined ? initial : (nextPrerelease(initial, channel, []) ?? initial);
    return orCollision(first, level === 'none' ? 'minor' : level, situation);
  }
  if (level === 'none' && !isPromotion) return nothing;
  return following(situation, current, settings, wishes);
}

/** The version after `current`, from where the changes since the last stable version lead. */
function following(situation: Situation, current: VersionTag, settings: ReleaseSettings, wishes: ReleaseWishes): Next {
  const { line, here, stable, versions } = situation;
  const pending = highest([situation.sinceStable(), wishes.level ?? 'none']);
  const level = wishes.level === 'major' ? 'major' : effectiveLevel(pending, stable?.version ?? '0.0.0', settings.zero);
  const from = stable?.version ?? settings.initial;
  const target = stable === null || level === 'none' ? from : raise(from, level);
  const ofLine = (tags: readonly VersionTag[]) =>
    tags.map(({ version }) => version).filter((version) => holds(line, version));
  if (settings.channel === undefined) {
    const promoted = ofLine(here).filter(isPrerelease).map(stablePart);
    return orCollision(highestVersion([target, ...promoted]) ?? target, level, situation);
  }
  const pastStable = ofLine(versions).filter((version) => stable === null || semver.gt(version, stable.version));
  const next = nextPrerelease(target, settings.channel, pastStable);
  return next === null ? refuse(channelRefusal(settings, current.version)) : orCollision(next, level, situation);
}

function orCollision(next: string, level: Level, { current, versions, line, commits }: Situation): Next {
  const refusal = collision(next, current, versions, line, commits);
  return refusal === null ? { next, level, refusal } : refuse(refusal);
}

function pick(tags: readonly VersionTag[], wanted: (version: string) => boolean): VersionTag | null {
  let best: VersionTag | null = null;
  for (const tag of tags) {
    if (wanted(tag.version) && (best === null || compareVersions(tag.version, best.version) > 0)) best = tag;
  }
  return best;
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
