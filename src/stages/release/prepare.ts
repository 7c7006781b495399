import type { Config } from '../../config/schema.ts';
import { isOnlyReleaseCommits } from '../../domain/release/decide.ts';
import type { ReleasePlan } from '../../domain/release/plan.ts';
import { candidateRef, releaseMessage, unreleasedVersion } from '../../domain/release/plan.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Forge, Repository } from '../../ports.ts';
import { candidates } from './candidates.ts';
import { makerOf } from './maker.ts';
import { preflightRelease } from './preflight.ts';
import type { PreparedRelease } from './prepared.ts';
import { isCommitOf, signedCommit } from './signed.ts';
import { resumeRelease } from './resume.ts';

/**
 * Look for what would block the release, then make the release commit and push it as a candidate; branch, index and work tree stay as they are.
 *
 * The same plan gives the same commit, so a second run finds everything there. A commit that is released already
 * comes back as that release. Throws GateFailed `RELEASE_BLOCKED`, `PLAN_STALE`.
 */
export async function prepareRelease(
  plan: ReleasePlan,
  settings: Config['release'],
  repository: Repository,
  forge: Forge | null = null,
): Promise<PreparedRelease> {
  const { head, next, tag } = plan;
  if (next === null || tag === null) {
    const isRelease = plan.kind === 'released' || isOnlyReleaseCommits(plan.decision);
    const published =
      !isRelease || plan.current === null ? null : await resumeRelease({ version: plan.current }, settings, repository);
    if (published !== null) return published;
    const version = unreleasedVersion(plan.current, head);
    return { version, commit: head, parent: head, tag: null, plan, remarks: [] };
  }
  const { remarks, needsSignature } = await preflightRelease(plan, settings, repository, forge);
  const maker = await makerOf('commit', settings, repository);
  const message = releaseMessage(next, tag);
  const known = maker.sign || needsSignature ? await existingCandidate(plan, next, settings, repository) : null;
  if (known === null && needsSignature && forge !== null) {
    const signed = await signedCommit({ head, changes: plan.changes, message }, settings, repository, forge);
    const ref = candidateRef(next, signed);
    await forge.createRef(ref, signed);
    await repository.fetch(settings.remote, [`${ref}:${ref}`]);
    return { version: next, commit: signed, parent: head, tag, plan, remarks };
  }
  const commit = known ?? (await repository.commitOn(head, plan.changes, message, maker));
  const ref = candidateRef(next, commit);
  await repository.updateRefs([{ ref, to: commit }]);
  if (await repository.hasRemote(settings.remote)) await pushCandidate(ref, commit, settings.remote, repository);
  return { version: next, commit, parent: head, tag, plan, remarks };
}

/** Two runs may push the same candidate at the same moment: for the slower one it is there already. */
async function pushCandidate(ref: string, commit: string, remote: string, repository: Repository): Promise<void> {
  try {
    await repository.push(remote, [{ ref, to: commit }]);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    const there = await repository.remoteRefs(remote, [ref]);
    if (!there.some((one) => one.commit === commit)) throw error;
  }
}

/** A signed commit differs every time it is made, so one that was made before is taken again. */
async function existingCandidate(
  plan: ReleasePlan,
  version: string,
  settings: Config['release'],
  repository: Repository,
): Promise<string | null> {
  for (const { commit } of await candidates(settings, repository, version)) {
    if (await isCommitOf(commit, plan.head, plan.changes, repository)) return commit;
  }
  return null;
}
