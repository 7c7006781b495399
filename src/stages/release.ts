import type { Config } from '../config/schema.ts';
import { linksOf } from '../domain/release/links.ts';
import { InternalError } from '../errors.ts';
import type { Repository } from '../ports.ts';
import { sectionOf } from './release/plan.ts';
import type { PreparedRelease } from './release/prepare.ts';
import type { Published } from './release/publish.ts';
import { publishRefs } from './release/publish.ts';

export { type PlanRequest, planRelease } from './release/plan.ts';
export { type PreparedRelease, prepareRelease } from './release/prepare.ts';
export type { Published } from './release/publish.ts';

/**
 * Publish a prepared release: tag and branch, then what the forge shows. The same call resumes after any interruption.
 *
 * Throws GateFailed `VERSION_TAKEN` when the tag stands on another commit by now.
 */
export async function publishRelease(
  prepared: PreparedRelease,
  settings: Config['release'],
  repository: Repository,
): Promise<Published> {
  const { plan, tag, version, commit, parent } = prepared;
  if (tag === null)
    throw new InternalError('NOT_RELEASABLE', `${version} is not to be published: nothing was to be released.`);
  const links = linksOf(await repository.remoteUrl(settings.remote));
  const records = await repository.commits([plan.head]);
  const section = sectionOf(plan.decision, version, settings, { head: plan.head, commits: records }, links);
  return await publishRefs(
    { version, tag, commit, parent, branch: plan.branch, section, notes: plan.notes },
    settings,
    repository,
  );
}
