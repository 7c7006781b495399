import type { Config } from '../../config/schema.ts';
import { linksOf } from '../../domain/release/links.ts';
import { releaseMessage } from '../../domain/release/plan.ts';
import { EnvironmentError, GateFailed } from '../../errors.ts';
import type { FileChange, Forge, Repository } from '../../ports.ts';
import { releaseFiles } from './files.ts';
import { makerOf } from './maker.ts';
import type { BranchOutcome, Publication } from './publication.ts';
import { isCommitOf, signedCommit } from './signed.ts';

export interface Push {
  readonly publication: Publication;
  readonly settings: Config['release'];
  readonly repository: Repository;
  readonly forge: Forge | null;
  readonly remarks: string[];
}

/** A branch that the release commit contains (or that is not there yet) only has to move forward. */
export async function isBehind(
  branchAt: string | null,
  { parent }: Publication,
  repository: Repository,
): Promise<boolean> {
  return branchAt === null || branchAt === parent || (await repository.isAncestor(branchAt, parent));
}

export const isRejected = (error: unknown): error is EnvironmentError =>
  error instanceof EnvironmentError && error.code === 'PUSH_REJECTED';

const attempts = 3;

/** The branch moved on, or takes no push: the version change is made again on its new head, never merged. */
export async function bringToBranch(push: Push, branch: string): Promise<BranchOutcome> {
  const { publication, settings, repository, remarks } = push;
  const ref = `refs/heads/${branch}`;
  for (let attempt = 1; ; attempt += 1) {
    const [there] = await repository.remoteRefs(settings.remote, [ref]);
    if (there === undefined) {
      remarks.push(`${branch} is not on ${settings.remote}: only the tag was pushed.`);
      return 'left';
    }
    await repository.fetch(settings.remote, [ref]);
    if (await repository.isAncestor(publication.commit, there.commit)) return 'already';
    const isForward = await isBehind(there.commit, publication, repository);
    const change = isForward
      ? publication.commit
      : ((await signedChange(push, branch, there.commit)) ??
        (await versionChange(publication, there.commit, settings, repository)));
    if (change === null) return 'already';
    try {
      await repository.push(settings.remote, [{ ref, to: change, expected: there.commit }]);
      return isForward ? 'forwarded' : 'regenerated';
    } catch (error) {
      if (!isRejected(error)) throw error;
      if (error.facts['reason'] === 'moved' && attempt < attempts) continue;
      return await propose(push, branch, change, error);
    }
  }
}

/** The version change goes by pull request; run again, it finds the one that is open. */
async function propose(push: Push, branch: string, change: string, cause: EnvironmentError): Promise<BranchOutcome> {
  const { publication, settings, repository, forge, remarks } = push;
  if (forge === null || settings.onProtected === 'refuse') {
    remarks.push(`The version change is not on ${branch}: ${cause.message} ${cause.hint ?? ''}`);
    return 'left';
  }
  const from = proposalBranch(publication);
  const ref = `refs/heads/${from}`;
  const [there] = await repository.remoteRefs(settings.remote, [ref]);
  if (there?.commit !== change) {
    await repository.push(settings.remote, [{ ref, to: change, expected: there?.object ?? null }]);
  }
  const { url } = await forge.propose({
    from,
    into: branch,
    title: `chore(release): ${publication.version}`,
    body: `${publication.tag} is out. This brings its version and changelog to ${branch}, which takes changes by pull request only.`,
  });
  remarks.push(`${branch} takes no push: the version change waits in ${url}.`);
  return 'proposed';
}

const proposalBranch = ({ version }: Publication): string => `fairway/release-${version}`;

/** The version change as a signed commit, where the branch takes no other; the one that is proposed already, if any. */
async function signedChange(push: Push, branch: string, head: string): Promise<string | null> {
  const { publication, settings, repository, forge, remarks } = push;
  const { tag, version } = publication;
  if (forge === null || !(await forge.preflight({ branch, tag })).needsSignature) return null;
  const { changes, message } = await changeOn(publication, head, settings, repository);
  if (changes.length === 0) return null;
  const [proposed] = await repository.remoteRefs(settings.remote, [`refs/heads/${proposalBranch(publication)}`]);
  if (proposed !== undefined) {
    await repository.fetch(settings.remote, [proposed.ref]);
    if (await isCommitOf(proposed.commit, head, changes, repository)) return proposed.commit;
  }
  try {
    const commit = await signedCommit({ head, changes, message }, settings, repository, forge);
    // A name for as long as it takes to bring it here: a forge hands out only what has one.
    const ref = `refs/fairway/changes/${version}/${commit}`;
    await forge.createRef(ref, commit);
    await repository.fetch(settings.remote, [ref]);
    return commit;
  } catch (error) {
    if (!(error instanceof GateFailed)) throw error;
    remarks.push(error.message);
    return null;
  }
}

/** A commit with the version change on another head; null when that head has it already. */
export async function versionChange(
  publication: Publication,
  head: string,
  settings: Config['release'],
  repository: Repository,
): Promise<string | null> {
  const { changes, message } = await changeOn(publication, head, settings, repository);
  if (changes.length === 0) return null;
  return await repository.commitOn(head, changes, message, await makerOf('commit', settings, repository));
}

async function changeOn(
  { section, version, tag }: Publication,
  head: string,
  settings: Config['release'],
  repository: Repository,
): Promise<{ readonly changes: readonly FileChange[]; readonly message: string }> {
  const links = linksOf(await repository.remoteUrl(settings.remote));
  const { changes } = await releaseFiles(head, section, settings, links, repository);
  return { changes, message: releaseMessage(version, tag) };
}
