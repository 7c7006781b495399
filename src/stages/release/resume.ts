import type { Config } from '../../config/schema.ts';
import { decide } from '../../domain/release/decide.ts';
import { releaseCommitTag } from '../../domain/release/tags.ts';
import { compareVersions, versionOfTag } from '../../domain/release/version.ts';
import { GateFailed } from '../../errors.ts';
import type { Repository, TagRecord } from '../../ports.ts';
import { readHistory } from './history.ts';
import { completeHistory } from './shallow.ts';
import { planOf } from './plan.ts';
import { candidates } from './candidates.ts';
import type { PreparedRelease } from './prepared.ts';

export interface ResumeRequest {
  /** Of a candidate or of a tag; default: what was made from HEAD. */
  readonly version?: string | undefined;
  /** Exactly this release commit, such as the one that is stable on a target. */
  readonly commit?: string | undefined;
  readonly branch?: string | undefined;
}

/**
 * Find a release that was prepared, perhaps on another machine, and may be published or half published.
 *
 * Candidates and tags of the remote are all that is needed. Null when there is none.
 */
export async function resumeRelease(
  request: ResumeRequest,
  settings: Config['release'],
  repository: Repository,
): Promise<PreparedRelease | null> {
  const tags = await completeHistory(settings, repository, { branch: request.branch, withRemote: true });
  const found = await findRelease(request, tags ?? (await repository.tags()), settings, repository);
  if (found === null) return null;
  const [record] = await repository.commits([found.commit]);
  const isOurs = record !== undefined && releaseCommitTag(record) === found.tag;
  // A tag that somebody else made stands on the very commit that it releases.
  const parent = isOurs ? (record.parents[0] ?? found.commit) : found.commit;
  const history = await readHistory(settings, repository, { commit: parent, branch: request.branch, tags });
  const before = {
    ...history,
    tags: history.tags.filter(({ name }) => name !== found.tag && isBefore(name, found.version, settings)),
  };
  const decision = decide(before, withChannelOf(settings, found.version), { version: found.version });
  if (decision.refusal !== null) {
    const { code, message, hint } = decision.refusal;
    throw new GateFailed(code, message, { hint });
  }
  const plan = await planOf(before, decision, settings, repository);
  return { version: found.version, tag: found.tag, commit: found.commit, parent, plan, remarks: [] };
}

interface Found {
  readonly version: string;
  readonly tag: string;
  readonly commit: string;
}

async function findRelease(
  { version, commit }: ResumeRequest,
  tags: readonly TagRecord[],
  settings: Config['release'],
  repository: Repository,
): Promise<Found | null> {
  const asked = version === undefined ? undefined : (versionOfTag(version, settings.tagPrefix) ?? version);
  const head = commit === undefined ? ((await repository.head())?.commit ?? '') : commit;
  const tagged: Found[] = [];
  for (const { name, commit: at } of tags) {
    const named = versionOfTag(name, settings.tagPrefix);
    if (named !== null) tagged.push({ version: named, tag: name, commit: at });
  }
  const waiting = (await candidates(settings, repository, asked ?? '*')).map((candidate): Found => ({
    ...candidate,
    tag: `${settings.tagPrefix}${candidate.version}`,
  }));
  if (asked !== undefined && commit === undefined) {
    const tag = tagged.find((one) => one.version === asked);
    if (tag !== undefined) return tag;
    return await madeFrom(head, waiting, repository, waiting.length === 1);
  }
  const here = [...tagged, ...waiting].filter((one) => one.commit === head);
  return (
    newest(here) ?? (commit === undefined ? await madeFrom(head, [...tagged, ...waiting], repository, false) : null)
  );
}

/** Release commits whose parent is HEAD; `orAny`: a single one that was asked for by name may stand elsewhere. */
async function madeFrom(
  head: string,
  found: readonly Found[],
  repository: Repository,
  orAny: boolean,
): Promise<Found | null> {
  const records = new Map(
    (await repository.commits(found.map(({ commit }) => commit))).map((record) => [record.sha, record]),
  );
  const here = found.filter(({ commit, tag }) => {
    const record = records.get(commit);
    return record !== undefined && record.parents[0] === head && releaseCommitTag(record) === tag;
  });
  return newest(here) ?? (orAny ? (found[0] ?? null) : null);
}

const newest = (found: readonly Found[]): Found | null =>
  found.toSorted((a, b) => compareVersions(b.version, a.version))[0] ?? null;

const isBefore = (tag: string, version: string, settings: Config['release']): boolean => {
  const named = versionOfTag(tag, settings.tagPrefix);
  return named === null || compareVersions(named, version) < 0;
};

function withChannelOf(settings: Config['release'], version: string): Config['release'] {
  const channel = /-(alpha|beta|rc)\./.exec(version)?.[1] as 'alpha' | 'beta' | 'rc' | undefined;
  return { ...settings, channel };
}
