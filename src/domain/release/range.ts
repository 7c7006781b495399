import type { CommitRecord } from '../../ports.ts';
import type { Message } from '../commits/message.ts';
import { parseMessage } from '../commits/message.ts';
import { judgeMessage } from '../commits/rules.ts';
import type { Graph } from './graph.ts';
import { broughtBy, newestFirst } from './graph.ts';
import { levelRank, type Level } from './level.ts';
import type { ReadCommit } from './reverts.ts';
import { pairReverts } from './reverts.ts';
import type { VersionTag } from './tags.ts';
import { releaseCommitTag } from './tags.ts';
import { findTwins, repeatedWithin } from './twins.ts';
import { compareVersions } from './version.ts';

/** One commit of the range with what it means for the release. */
export interface PlannedCommit {
  readonly sha: string;
  readonly header: string;
  readonly type: string | null;
  readonly scope: string | null;
  readonly breaking: boolean;
  readonly level: Level;
  /** Of the decision table, or `cancelled`, `twin`, `merge-said-before`, `reapply`, `release-commit`. */
  readonly rule: string;
  readonly why: string;
  /** The revert that takes it back. */
  readonly cancelledBy?: string;
  /** The commit that makes the same change. */
  readonly twinOf?: string;
  /** Versions of other lines that hold its twin. */
  readonly alsoIn?: string;
  readonly message: Message;
  readonly record: CommitRecord;
}

export interface RangeInput {
  readonly graph: Graph;
  readonly range: ReadonlySet<string>;
  readonly onBranch: ReadonlySet<string>;
  readonly versions: readonly VersionTag[];
  readonly types: Readonly<Record<string, Level>>;
  readonly patchIds: ReadonlyMap<string, string>;
}

const cache = new WeakMap<CommitRecord, Message>();

/** The same message is parsed once, however often a decision looks at it. */
export function messageOf(record: CommitRecord): Message {
  const known = cache.get(record);
  if (known !== undefined) return known;
  const message = parseMessage(record.message);
  cache.set(record, message);
  return message;
}

export const readCommits = (graph: Graph, members: ReadonlySet<string>): readonly ReadCommit[] =>
  newestFirst(graph, members).map((record) => ({ record, message: messageOf(record) }));

/** Judge every commit of a range: rules first, then reverts, merges and twins. Newest first. */
export function judgeRange(input: RangeInput): readonly PlannedCommit[] {
  const { graph, range, types } = input;
  const commits = readCommits(graph, range);
  const { cancelledBy, reapplied } = pairReverts(commits, graph, types);
  const outside = otherLines(input);
  const twinsOutside = findTwins(commits, outside.commits, input.patchIds);
  const twinsInside = repeatedWithin(commits, input.patchIds);
  const listed = new Set<string>();
  const planned: PlannedCommit[] = [];
  for (const { record, message } of commits.toReversed()) {
    const judged = judgeMessage(message, types);
    const base = {
      sha: record.sha,
      header: message.header,
      type: message.type,
      scope: message.scope,
      breaking: judged.breaking,
      message,
      record,
    };
    const other = twinsOutside.get(record.sha);
    const alsoIn = other === undefined ? undefined : outside.versionOf.get(other.of);
    const also = other === undefined || alsoIn === undefined ? {} : { twinOf: other.of, alsoIn };
    const cancelled = cancelledBy.get(record.sha);
    const inside = twinsInside.get(record.sha);
    const none = (rule: string, why: string) => ({ ...base, breaking: false, level: 'none' as const, rule, why });
    if (releaseCommitTag(record) !== null) planned.push(none('release-commit', 'is the commit of a release'));
    else if (cancelled !== undefined) {
      const isRevert = cancelled === record.sha;
      const why = isRevert ? 'takes back a commit of this range' : `is taken back by ${cancelled.slice(0, 7)}`;
      planned.push({ ...none('cancelled', why), cancelledBy: cancelled });
    } else if (inside !== undefined && listed.has(inside.of)) {
      planned.push({ ...none('twin', `makes the same change as ${inside.of.slice(0, 7)}`), twinOf: inside.of });
    } else if (
      record.parents.length > 1 &&
      judged.level !== 'none' &&
      isSaidBefore(record, judged.level, input, cancelledBy)
    ) {
      planned.push(none('merge-said-before', 'is a merge, and its commits already say it'));
    } else {
      const again = reapplied.get(record.sha);
      const verdict =
        again === undefined
          ? judged
          : { ...judged, level: again, rule: 'reapply', why: 'brings back work whose revert was released' };
      listed.add(record.sha);
      planned.push({ ...base, level: verdict.level, rule: verdict.rule, why: verdict.why, ...also });
    }
  }
  return planned.reverse();
}

/** A merge with a conventional header counts for what its branch does not already say. */
function isSaidBefore(
  merge: CommitRecord,
  level: Level,
  { graph, range, types }: RangeInput,
  cancelledBy: ReadonlyMap<string, string>,
): boolean {
  for (const sha of broughtBy(graph, merge, range)) {
    const record = graph.commits.get(sha);
    if (record === undefined || cancelledBy.has(sha)) continue;
    if (levelRank(judgeMessage(messageOf(record), types).level) >= levelRank(level)) return true;
  }
  return false;
}

/** Commits that only other lines hold, and the lowest version that holds each. */
function otherLines({ graph, onBranch, versions }: RangeInput): {
  readonly commits: readonly ReadCommit[];
  readonly versionOf: ReadonlyMap<string, string>;
} {
  const versionOf = new Map<string, string>();
  const commits: ReadCommit[] = [];
  if (versions.length === 0) return { commits, versionOf };
  const ascending = versions
    .filter(({ commit }) => !onBranch.has(commit))
    .toSorted((a, b) => compareVersions(a.version, b.version));
  for (const { tag, commit } of ascending) {
    const waiting = [commit];
    for (let sha = waiting.pop(); sha !== undefined; sha = waiting.pop()) {
      const record = graph.commits.get(sha);
      if (record === undefined || onBranch.has(sha) || versionOf.has(sha)) continue;
      versionOf.set(sha, tag);
      commits.push({ record, message: messageOf(record) });
      waiting.push(...record.parents);
    }
  }
  return { commits, versionOf };
}
