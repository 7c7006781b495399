import type { Config } from '../config/schema.ts';
import { linksOf } from '../domain/release/links.ts';
import { releasedIssues } from '../domain/release/issues.ts';
import { EnvironmentError, InternalError } from '../errors.ts';
import type { Repository } from '../ports.ts';
import type { AnnouncePorts } from './release/announce.ts';
import { announce, announcementOf } from './release/announce.ts';
import { moveFloatingTags, startFollowers, tellIssues } from './release/follow.ts';
import { sectionOf } from './release/plan.ts';
import { clearCandidates } from './release/candidates.ts';
import type { PreparedRelease } from './release/prepared.ts';
import type { Publication } from './release/publication.ts';
import type { Published } from './release/publish.ts';
import { publishRefs } from './release/publish.ts';

export type { AnnouncePorts } from './release/announce.ts';
export { type PlanRequest, planRelease } from './release/plan.ts';
export { prepareRelease } from './release/prepare.ts';
export type { PreparedRelease } from './release/prepared.ts';
export { resumeRelease } from './release/resume.ts';
export type { Published } from './release/publish.ts';

/**
 * Publish a prepared release: tag and branch, then what the forge shows, then what follows.
 *
 * Every step looks at the remote and does only what is missing, so the same call resumes after any interruption.
 * Throws GateFailed `VERSION_TAKEN` when the tag stands on another commit by now.
 */
export async function publishRelease(
  prepared: PreparedRelease,
  settings: Config['release'],
  repository: Repository,
  forge: AnnouncePorts | null = null,
): Promise<Published> {
  const publication = await publicationOf(prepared, settings, repository);
  const { version, tag } = publication;
  const announcement = forge === null ? null : await announcementOf(publication, settings, repository, forge);
  const refs = await publishRefs(publication, settings, repository, forge?.forge ?? null);
  const remarks = [...refs.remarks];
  const announced =
    forge === null || announcement === null
      ? null
      : await announce(publication, announcement, settings, repository, forge.forge);
  const floating = await moveFloatingTags(publication, settings, repository, remarks);
  if (forge !== null) {
    await startFollowers(tag, settings, forge.forge);
    await tellIssues(publication, announced?.url ?? '', settings, forge.forge, remarks);
  }
  await tidy(version, settings, repository, remarks);
  return { ...refs, remarks, floating, url: announced?.url ?? null, assets: announced?.assets ?? [] };
}

/** Best effort: a candidate that stays costs nothing, and the next release of the version clears it. */
async function tidy(
  version: string,
  settings: Config['release'],
  repository: Repository,
  remarks: string[],
): Promise<void> {
  try {
    await clearCandidates(version, settings, repository);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    remarks.push(`The candidates of ${version} are still there: ${error.message}`);
  }
}

/** What publishing needs, from the plan that the release was prepared with. */
async function publicationOf(
  { plan, tag, version, commit, parent }: PreparedRelease,
  settings: Config['release'],
  repository: Repository,
): Promise<Publication> {
  if (tag === null) {
    throw new InternalError('NOT_RELEASABLE', `${version} is not to be published: nothing was to be released.`);
  }
  const links = linksOf(await repository.remoteUrl(settings.remote));
  const commits = await repository.commits([plan.head]);
  const section = sectionOf(plan.decision, version, settings, { head: plan.head, commits }, links);
  return {
    version,
    tag,
    commit,
    parent,
    branch: plan.branch,
    section,
    notes: plan.notes,
    issues: releasedIssues(plan.decision.commits),
  };
}
