import type { Config } from '../../config/schema.ts';
import type { ReleasePlan } from '../../domain/release/plan.ts';
import { GateFailed } from '../../errors.ts';
import type { Forge, Repository } from '../../ports.ts';

export interface Preflight {
  readonly remarks: readonly string[];
  /** The forge has to make the release commit, because only then it is signed. */
  readonly needsSignature: boolean;
  readonly needsPullRequest: boolean;
}

/**
 * Find out what would block the release before anything is written, built or deployed.
 *
 * Throws GateFailed `RELEASE_BLOCKED` (token, tag rules) and `PLAN_STALE` when the branch does not contain what the
 * remote has released meanwhile.
 */
export async function preflightRelease(
  plan: ReleasePlan,
  settings: Config['release'],
  repository: Repository,
  forge: Forge | null,
): Promise<Preflight> {
  const remarks: string[] = [];
  if (plan.tag !== null && (await repository.hasRemote(settings.remote)))
    await refuseStale(plan, plan.tag, settings, repository, remarks);
  if (forge === null || plan.tag === null) return { remarks, needsSignature: false, needsPullRequest: false };
  const found = await forge.preflight({ branch: plan.branch, tag: plan.tag });
  const blocked = (reason: string, hint: string): never => {
    throw new GateFailed('RELEASE_BLOCKED', `${plan.tag ?? ''} could not be published: ${reason}.`, { hint });
  };
  if (found.refusal !== null) blocked(found.refusal, 'Give the job a token that may push.');
  if (found.isTagProtected) {
    blocked(
      `a ruleset forbids to make the tag ${plan.tag}`,
      'Let this token bypass the ruleset, or choose another release.tagPrefix.',
    );
  }
  if (found.needsPullRequest && settings.onProtected === 'refuse') {
    blocked(
      `${plan.branch ?? 'the branch'} takes changes by pull request only`,
      'Set release.onProtected to pull-request.',
    );
  }
  if (found.needsPullRequest) {
    remarks.push(
      `${plan.branch ?? 'The branch'} takes changes by pull request only: the tag is pushed, the version change is proposed.`,
    );
  }
  return {
    remarks: [...remarks, ...found.remarks],
    needsSignature: found.needsSignature,
    needsPullRequest: found.needsPullRequest,
  };
}

async function refuseStale(
  plan: ReleasePlan,
  tag: string,
  settings: Config['release'],
  repository: Repository,
  remarks: string[],
): Promise<void> {
  const refs = await repository.remoteRefs(settings.remote, [
    `refs/tags/${tag}`,
    ...(plan.branch === null ? [] : [`refs/heads/${plan.branch}`]),
  ]);
  const taken = refs.find(({ ref }) => ref === `refs/tags/${tag}`);
  if (taken !== undefined) {
    throw new GateFailed('PLAN_STALE', `${tag} was released meanwhile, on ${taken.commit.slice(0, 10)}.`, {
      hint: 'Bring the branch up to date and run the command again: it plans the next version.',
    });
  }
  const branch = refs.find(({ ref }) => ref.startsWith('refs/heads/'));
  if (branch === undefined || branch.commit === plan.head) return;
  remarks.push(
    `${plan.branch ?? ''} on ${settings.remote} is at ${branch.commit.slice(0, 10)}, not at ${plan.head.slice(0, 10)}: the version change will follow it there.`,
  );
}
