import type { CommitRecord } from '../../ports.ts';

/** Commits by name, and who is reachable from whom. Parents that are not there (shallow clones) end a walk. */
export interface Graph {
  readonly commits: ReadonlyMap<string, CommitRecord>;
  readonly size: number;
}

const graphs = new WeakMap<readonly CommitRecord[], Graph>();

/** The graph of these commits; made once for a list, which is never changed. */
export function graphOf(commits: readonly CommitRecord[]): Graph {
  const known = graphs.get(commits);
  if (known !== undefined) return known;
  const byName = new Map<string, CommitRecord>();
  for (const commit of commits) byName.set(commit.sha, commit);
  const graph = { commits: byName, size: byName.size };
  graphs.set(commits, graph);
  return graph;
}

/** Everything that `starts` reach, themselves included, but nothing in `without`. */
export function reachable(
  graph: Graph,
  starts: Iterable<string>,
  without: Pick<ReadonlySet<string>, 'has'> = new Set(),
): Set<string> {
  const seen = new Set<string>();
  const waiting = [...starts];
  for (let sha = waiting.pop(); sha !== undefined; sha = waiting.pop()) {
    if (seen.has(sha) || without.has(sha)) continue;
    const commit = graph.commits.get(sha);
    if (commit === undefined) continue;
    seen.add(sha);
    for (const parent of commit.parents) waiting.push(parent);
  }
  return seen;
}

/** What a merge brought in: reachable from its other parents and not from the first. */
export function broughtBy(graph: Graph, merge: CommitRecord, within: ReadonlySet<string>): Set<string> {
  const [first, ...others] = merge.parents;
  if (first === undefined || others.length === 0) return new Set();
  const mainline = reachableWithin(graph, [first], within);
  return reachableWithin(graph, others, within, mainline);
}

function reachableWithin(
  graph: Graph,
  starts: readonly string[],
  within: ReadonlySet<string>,
  without: ReadonlySet<string> = new Set(),
): Set<string> {
  const seen = new Set<string>();
  const waiting = [...starts];
  for (let sha = waiting.pop(); sha !== undefined; sha = waiting.pop()) {
    if (seen.has(sha) || without.has(sha) || !within.has(sha)) continue;
    seen.add(sha);
    for (const parent of graph.commits.get(sha)?.parents ?? []) waiting.push(parent);
  }
  return seen;
}

/**
 * The members of a set, children before parents, newest first where the graph leaves a choice.
 *
 * Clocks may run backwards: a date never puts a parent before its child.
 */
export function newestFirst(graph: Graph, members: ReadonlySet<string>): readonly CommitRecord[] {
  const chain = asChain(graph, members);
  if (chain !== null) return chain;
  const waitingFor = new Map<string, number>();
  for (const sha of members) {
    for (const parent of graph.commits.get(sha)?.parents ?? []) {
      if (members.has(parent)) waitingFor.set(parent, (waitingFor.get(parent) ?? 0) + 1);
    }
  }
  const ready: CommitRecord[] = [];
  for (const sha of members) {
    const commit = graph.commits.get(sha);
    if (commit !== undefined && (waitingFor.get(sha) ?? 0) === 0) ready.push(commit);
  }
  ready.sort(older);
  const ordered: CommitRecord[] = [];
  for (let commit = ready.pop(); commit !== undefined; commit = ready.pop()) {
    ordered.push(commit);
    for (const parent of commit.parents) {
      const left = (waitingFor.get(parent) ?? 0) - 1;
      if (!waitingFor.has(parent)) continue;
      waitingFor.set(parent, left);
      const next = graph.commits.get(parent);
      if (left === 0 && next !== undefined) insert(ready, next);
    }
  }
  return ordered;
}

/** Most ranges are one straight line, walked from its end: that is the order already. */
function asChain(graph: Graph, members: ReadonlySet<string>): readonly CommitRecord[] | null {
  const chain: CommitRecord[] = [];
  let expected: string | undefined;
  for (const sha of members) {
    const commit = graph.commits.get(sha);
    if (commit === undefined || commit.parents.length > 1 || (expected !== undefined && expected !== sha)) return null;
    chain.push(commit);
    [expected = ''] = commit.parents;
  }
  return chain;
}

const older = (a: CommitRecord, b: CommitRecord): number => {
  const difference = Date.parse(a.committedAt) - Date.parse(b.committedAt);
  return Number.isNaN(difference) || difference === 0 ? (a.sha < b.sha ? -1 : 1) : difference;
};

/** Into a list that is sorted oldest first. */
function insert(list: CommitRecord[], commit: CommitRecord): void {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (older(list[middle] as CommitRecord, commit) < 0) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, commit);
}
