import type { CommitRecord, TagRecord } from '../../ports.ts';
import type { Graph } from './graph.ts';
import { versionOfTag } from './version.ts';

/** A tag that names a version. */
export interface VersionTag {
  readonly tag: string;
  readonly version: string;
  /** The commit that the tag names. */
  readonly commit: string;
  /** Where it counts: a release commit that stands beside the branch counts at its parent. */
  readonly at: string;
}

const trailer = /^Fairway-Release: (\S+)$/m;

/** The tag that a release commit of ours was made for; null for every other commit. */
export function releaseCommitTag(commit: CommitRecord): string | null {
  if (commit.parents.length !== 1 || !commit.message.includes('Fairway-Release: ')) return null;
  return trailer.exec(commit.message)?.[1] ?? null;
}

/** The tags that name versions with this prefix, and those that look like it but don't. */
export function versionTags(
  tags: readonly TagRecord[],
  prefix: string,
  graph: Graph,
  onBranch: ReadonlySet<string>,
): { readonly versions: readonly VersionTag[]; readonly odd: readonly string[] } {
  const versions: VersionTag[] = [];
  const odd: string[] = [];
  for (const { name, commit } of tags) {
    const version = versionOfTag(name, prefix);
    if (version === null) {
      if (name.startsWith(prefix) && /^v?\d/.test(name)) odd.push(name);
      continue;
    }
    const record = graph.commits.get(commit);
    const isOurs = record !== undefined && !onBranch.has(commit) && releaseCommitTag(record) === name;
    versions.push({ tag: name, version, commit, at: isOurs ? (record.parents[0] ?? commit) : commit });
  }
  return { versions, odd };
}
