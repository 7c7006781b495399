import type { CommitRecord } from '../../ports.ts';
import type { Message } from '../commits/message.ts';
import { parseMessage } from '../commits/message.ts';
import { judgeMessage } from '../commits/rules.ts';
import type { Graph } from './graph.ts';
import { broughtBy } from './graph.ts';
import type { Level } from './level.ts';

/** What a commit takes back, as its message tells it. */
interface RevertOf {
  /** Object names, whole or shortened to at least 7 digits. */
  readonly shas: readonly string[];
  /** Number of a pull request (`Reverts owner/name#12`). */
  readonly pullRequests: readonly string[];
  /** The header that is quoted. */
  readonly header: string | null;
}

const sha = /\b[0-9a-f]{7,64}\b/g;

const mayRevert = ({ type, header }: Message): boolean => type === 'revert' || header.startsWith('Re');

/** Read what a message reverts; null when it is no revert. */
export function revertOf(message: Message): RevertOf | null {
  if (!mayRevert(message)) return null;
  const quoted = /^(Revert|Reapply) "(.*)"(?: \(#\d+\))?$/.exec(message.header);
  const isTyped = message.type === 'revert';
  if (quoted === null && !isTyped) return null;
  const text = [message.body, ...message.footers.map(({ token, value }) => `${token}: ${value}`)].join('\n');
  const shas: string[] = [];
  for (const match of text.matchAll(/\bThis reverts commits?\b([^.]*)/gi)) {
    const named = (match[1] ?? '').replace(/reversing\s+changes\s+made\s+to[\s\S]*/i, '');
    shas.push(...(named.toLowerCase().match(sha) ?? []));
  }
  for (const { token, value } of message.footers) {
    if (/^(refs?|reverts?)$/i.test(token)) shas.push(...(value.toLowerCase().match(sha) ?? []));
  }
  const pullRequests = [...text.matchAll(/^Reverts\s+(?:[\w.-]+\/[\w.-]+)?#(\d+)/gim)].map((match) => match[1] ?? '');
  const header = quoted?.[2] ?? message.description.replace(/ \(#\d+\)$/, '');
  return {
    shas: [...new Set(shas)],
    pullRequests,
    header: header === '' ? null : header,
  };
}

/** A commit with what its message says, before neighbours are looked at. */
export interface ReadCommit {
  readonly record: CommitRecord;
  readonly message: Message;
}

export interface RevertOutcome {
  /** Commit -> the revert that cancels it (a revert is cancelled by itself: it has done its work in this range). */
  readonly cancelledBy: ReadonlyMap<string, string>;
  /** Reapply of work whose revert was released: it counts again, as what it brings back. */
  readonly reapplied: ReadonlyMap<string, Level>;
}

/**
 * Pair the reverts of a range with what they take back; `commits` newest first.
 *
 * A pair inside the range disappears; a revert of a revert restores; a revert of a merge takes back all that
 * the merge brought; what is not in the range was released, and its revert stays.
 */
export function pairReverts(
  commits: readonly ReadCommit[],
  graph: Graph,
  types: Readonly<Record<string, Level>>,
): RevertOutcome {
  const cancelledBy = new Map<string, string>();
  const reapplied = new Map<string, Level>();
  if (!commits.some(({ message }) => mayRevert(message))) return { cancelledBy, reapplied };
  const undone = new Map<string, readonly string[]>();
  const spent = new Set<string>();
  const within = new Set(commits.map(({ record }) => record.sha));
  const earlier: ReadCommit[] = [];
  const restore = (revert: string): void => {
    for (const target of undone.get(revert) ?? []) {
      cancelledBy.delete(target);
      if (undone.has(target)) take(target);
    }
  };
  const take = (revert: string): void => {
    for (const target of undone.get(revert) ?? []) {
      cancelledBy.set(target, revert);
      if (undone.has(target)) restore(target);
    }
  };
  for (const commit of commits.toReversed()) {
    const revert = revertOf(commit.message);
    if (revert !== null) {
      const { targets, isWhole } = targetsOf(revert, earlier, graph, within);
      const all = targets.flatMap((target) => [target, ...merged(target, graph, within)]);
      if (all.length > 0) {
        const name = commit.record.sha;
        undone.set(name, all);
        take(name);
        if (isWhole) spent.add(name);
      } else {
        const { header, times } = innermost(commit.message.header);
        if (times > 0 && times % 2 === 0)
          reapplied.set(commit.record.sha, judgeMessage(parseMessage(header), types).level);
      }
    }
    earlier.push(commit);
  }
  // A revert whose whole work lies in this range says nothing to users, whatever became of it later.
  for (const name of spent) if (!cancelledBy.has(name)) cancelledBy.set(name, name);
  return { cancelledBy, reapplied };
}

function merged(target: string, graph: Graph, within: ReadonlySet<string>): readonly string[] {
  const record = graph.commits.get(target);
  return record === undefined || record.parents.length < 2 ? [] : [...broughtBy(graph, record, within)];
}

/** The commits of the range that a revert names; `isWhole` when nothing that it names lies outside. */
function targetsOf(
  revert: RevertOf,
  earlier: readonly ReadCommit[],
  graph: Graph,
  within: ReadonlySet<string>,
): { readonly targets: readonly string[]; readonly isWhole: boolean } {
  // A name that the repository does not know was rewritten by a rebase: the quoted header then has to do.
  const named = revert.shas.map((prefix) => fullName(prefix, graph)).filter((name) => name !== null);
  if (named.length > 0) {
    const targets = named.filter((name) => within.has(name));
    return { targets, isWhole: targets.length === revert.shas.length };
  }
  if (revert.pullRequests.length > 0) {
    const found = revert.pullRequests.map((number) => byPullRequest(number, earlier));
    return { targets: found.flat(), isWhole: found.every((names) => names.length > 0) };
  }
  const quoted = earlier.findLast(({ message }) => sameHeader(message.header, revert.header ?? ''));
  return { targets: quoted === undefined ? [] : [quoted.record.sha], isWhole: quoted !== undefined };
}

function fullName(prefix: string, graph: Graph): string | null {
  if (graph.commits.has(prefix)) return prefix;
  for (const name of graph.commits.keys()) if (name.startsWith(prefix)) return name;
  return null;
}

function byPullRequest(number: string, earlier: readonly ReadCommit[]): readonly string[] {
  const squashed = earlier.filter(({ message }) => message.header.endsWith(` (#${number})`));
  const merges = earlier.filter(({ message }) => message.header.startsWith(`Merge pull request #${number} `));
  return [...squashed, ...merges].map(({ record }) => record.sha);
}

const sameHeader = (a: string, b: string): boolean => b !== '' && withoutNumber(a) === withoutNumber(b);
const withoutNumber = (header: string): string => header.replace(/ \(#\d+\)$/, '');

/** `Revert "Reapply \"feat: a\""` -> `feat: a`, and how often it was turned round (Reapply is two turns). */
function innermost(header: string): { readonly header: string; readonly times: number } {
  const match = /^(Revert|Reapply) "(.*)"(?: \(#\d+\))?$/.exec(header);
  if (match === null) return { header, times: 0 };
  const inner = innermost(match[2] ?? '');
  return { header: inner.header, times: inner.times + (match[1] === 'Revert' ? 1 : 2) };
}
