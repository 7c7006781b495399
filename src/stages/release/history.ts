import type { Config } from '../../config/schema.ts';
import type { ReleaseHistory } from '../../domain/release/decide.ts';
import { graphOf, reachable } from '../../domain/release/graph.ts';
import { messageOf, readCommits } from '../../domain/release/range.ts';
import { twinCandidates } from '../../domain/release/twins.ts';
import { versionOfTag } from '../../domain/release/version.ts';
import { ConfigError } from '../../errors.ts';
import type { Repository, TagRecord } from '../../ports.ts';

/** Read what the decision looks at: one pass over history, one over the tags, and what only other lines hold. */
export async function readHistory(
  settings: Config['release'],
  repository: Repository,
  at: {
    readonly commit?: string | undefined;
    readonly branch?: string | undefined;
    /** Of the remote, where this clone holds too few; default: the tags here. */
    readonly tags?: readonly TagRecord[] | undefined;
    /** All messages will be needed: they are parsed while git still reads. */
    readonly isWhole?: boolean | undefined;
  } = {},
): Promise<ReleaseHistory> {
  const [head, found, own] = await Promise.all([
    repository.head(),
    at.tags ?? repository.tags(),
    repository.history({
      from: [],
      to: at.commit ?? 'HEAD',
      onCommit: at.isWhole === true ? messageOf : undefined,
    }),
  ]);
  const tags = at.tags ?? (await orThoseOfRemote(found, settings, repository));
  // The first that git tells is where it began, even when HEAD moves while we read.
  const commit = at.commit ?? own[0]?.sha;
  if (commit === undefined) throw new ConfigError('REPOSITORY_EMPTY', 'The repository has no commit yet.');
  const versions = tags.filter(({ name }) => versionOfTag(name, settings.tagPrefix) !== null);
  const known = graphOf(own).commits;
  const unknown = [...new Set(versions.map((tag) => tag.commit))].filter((tagged) => !known.has(tagged));
  const elsewhere = at.tags === undefined ? unknown : (await repository.commits(unknown)).map(({ sha }) => sha);
  const others = elsewhere.length === 0 ? [] : await repository.history({ from: [commit], to: elsewhere });
  const commits = others.length === 0 ? own : [...own, ...others];
  const history: ReleaseHistory = { head: commit, branch: at.branch ?? head?.branch ?? null, commits, tags };
  // Without another line there are no twins elsewhere. A whole changelog joins them by what their messages say: the
  // patches of a whole history would take minutes.
  if (others.length === 0 || at.isWhole === true) return history;
  return {
    ...history,
    patchIds: await patchesOfTwins(
      history,
      versions.map((tag) => tag.commit),
      repository,
    ),
  };
}

/** A clone without any version asks its remote before it takes itself for a project without a release. */
async function orThoseOfRemote(
  tags: readonly TagRecord[],
  settings: Config['release'],
  repository: Repository,
): Promise<readonly TagRecord[]> {
  if (tags.some(({ name }) => versionOfTag(name, settings.tagPrefix) !== null)) return tags;
  await syncTags(settings, repository);
  return await repository.tags();
}

/** Patch names of the few commits that look like a commit of another line but don't say so. */
async function patchesOfTwins(
  history: ReleaseHistory,
  tagged: readonly string[],
  repository: Repository,
): Promise<ReadonlyMap<string, string>> {
  const graph = graphOf(history.commits);
  const onBranch = reachable(graph, [history.head]);
  const offBranch = tagged.filter((commit) => !onBranch.has(commit));
  if (offBranch.length === 0) return new Map();
  const released = reachable(
    graph,
    tagged.filter((commit) => onBranch.has(commit)),
  );
  const range = readCommits(graph, reachable(graph, [history.head], released));
  const others = readCommits(graph, reachable(graph, offBranch, onBranch));
  return await repository.patchIds(twinCandidates(range, others).slice(0, 500));
}

/**
 * Bring the version tags that the remote has and this clone lacks; nothing else is fetched, no tag is moved.
 *
 * Fine without a remote.
 */
export async function syncTags(settings: Config['release'], repository: Repository): Promise<void> {
  if (!(await repository.hasRemote(settings.remote))) return;
  const [known, remote] = await Promise.all([
    repository.tags(),
    repository.remoteRefs(settings.remote, [`refs/tags/${settings.tagPrefix}*`]),
  ]);
  const names = new Set(known.map(({ name }) => `refs/tags/${name}`));
  const missing = remote
    .map(({ ref }) => ref)
    .filter((ref) => !names.has(ref) && versionOfTag(ref.slice('refs/tags/'.length), settings.tagPrefix) !== null);
  for (let at = 0; at < missing.length; at += 200) {
    await repository.fetch(
      settings.remote,
      missing.slice(at, at + 200).map((ref) => `${ref}:${ref}`),
    );
  }
}
