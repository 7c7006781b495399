import type { Config } from '../../config/schema.ts';
import type { ChangelogSection } from '../../domain/release/changelog.ts';
import { linksOf } from '../../domain/release/links.ts';
import { releaseMessage } from '../../domain/release/plan.ts';
import { EnvironmentError, GateFailed } from '../../errors.ts';
import type { Forge, RefUpdate, Repository } from '../../ports.ts';
import { releaseFiles } from './files.ts';
import { identityOf } from './prepare.ts';

/** What publishing needs to know: enough to go on from the remote alone, on another machine. */
export interface Publication {
  readonly version: string;
  readonly tag: string;
  readonly commit: string;
  readonly parent: string;
  readonly branch: string | null;
  readonly section: ChangelogSection;
  readonly notes: string;
  /** Numbers of the issues and pull requests that the release closes. */
  readonly issues: readonly number[];
}

/** How the version change came to the branch. */
export type BranchOutcome = 'forwarded' | 'already' | 'regenerated' | 'proposed' | 'left';

export interface Published {
  readonly version: string;
  readonly tag: string;
  readonly commit: string;
  readonly branch: BranchOutcome;
  /** What a person should know, one sentence each. */
  readonly remarks: readonly string[];
  /** Floating tags that moved. */
  readonly floating: readonly string[];
  /** Page of the release, where there is a forge. */
  readonly url: string | null;
  readonly assets: readonly string[];
}

/** What came of tag and branch. */
type Refs = Pick<Published, 'version' | 'tag' | 'commit' | 'branch' | 'remarks'>;

/** Put tag and branch on the release commit, remote first; what is there already is left alone. */
export async function publishRefs(
  publication: Publication,
  settings: Config['release'],
  repository: Repository,
  forge: Forge | null,
): Promise<Refs> {
  const { version, tag, commit } = publication;
  const remarks: string[] = [];
  const sign = (await repository.setting('tag.gpgSign')) === 'true';
  const isRemote = await repository.hasRemote(settings.remote);
  const place = isRemote
    ? await remotePlace(publication, settings, repository)
    : await localPlace(publication, repository);
  if (place.tagged !== null && place.tagged !== commit) throw taken(tag, place.tagged, commit);
  const object =
    place.tagObject ??
    (await repository.tagObject(tag, commit, `${tag}\n\n${publication.notes}`, { ...identityOf(settings), sign }));
  const tagUpdate: RefUpdate = { ref: `refs/tags/${tag}`, to: object, expected: null };
  let branch: BranchOutcome = 'left';
  if (isRemote) {
    branch = await pushRefs({ publication, settings, repository, forge, remarks }, tagUpdate, place);
    await takeTag(tagUpdate, repository);
    if (branch === 'forwarded' || branch === 'already') await followLocally(publication, repository, remarks);
  } else {
    await takeTag(tagUpdate, repository);
    branch = await forwardLocally(publication, settings, repository, remarks);
  }
  return { version, tag, commit, branch, remarks };
}

interface Place {
  readonly tagged: string | null;
  readonly tagObject: string | null;
  readonly branchAt: string | null;
}

async function remotePlace(
  { tag, branch }: Publication,
  settings: Config['release'],
  repository: Repository,
): Promise<Place> {
  const refs = await repository.remoteRefs(settings.remote, [
    `refs/tags/${tag}`,
    ...(branch === null ? [] : [`refs/heads/${branch}`]),
  ]);
  const tagRef = refs.find(({ ref }) => ref === `refs/tags/${tag}`);
  const branchRef = refs.find(({ ref }) => ref === `refs/heads/${branch ?? ''}`);
  return { tagged: tagRef?.commit ?? null, tagObject: tagRef?.object ?? null, branchAt: branchRef?.commit ?? null };
}

async function localPlace({ tag, branch }: Publication, repository: Repository): Promise<Place> {
  const known = (await repository.tags()).find(({ name }) => name === tag);
  const branchAt = branch === null ? null : await repository.resolve(`refs/heads/${branch}`);
  return { tagged: known?.commit ?? null, tagObject: known?.object ?? null, branchAt };
}

interface Push {
  readonly publication: Publication;
  readonly settings: Config['release'];
  readonly repository: Repository;
  readonly forge: Forge | null;
  readonly remarks: string[];
}

/** Tag and branch in one atomic push where the branch takes it; else the tag alone, and the branch by a commit of its own. */
async function pushRefs(push: Push, tagUpdate: RefUpdate, place: Place): Promise<BranchOutcome> {
  const { publication, settings, repository, remarks } = push;
  const { branch, commit } = publication;
  const tags = place.tagged === null ? [tagUpdate] : [];
  if (branch !== null && (await isBehind(place.branchAt, publication, repository))) {
    try {
      await repository.push(settings.remote, [
        ...tags,
        { ref: `refs/heads/${branch}`, to: commit, expected: place.branchAt },
      ]);
      return 'forwarded';
    } catch (error) {
      if (!isRejected(error)) throw error;
    }
  }
  await repository.push(settings.remote, tags);
  if (branch === null) {
    remarks.push('HEAD was on no branch: only the tag was pushed.');
    return 'left';
  }
  return await bringToBranch(push, branch);
}

/** A branch that the release commit contains (or that is not there yet) only has to move forward. */
async function isBehind(branchAt: string | null, { parent }: Publication, repository: Repository): Promise<boolean> {
  return branchAt === null || branchAt === parent || (await repository.isAncestor(branchAt, parent));
}

const isRejected = (error: unknown): error is EnvironmentError =>
  error instanceof EnvironmentError && error.code === 'PUSH_REJECTED';

const attempts = 3;

/** The branch moved on, or takes no push: the version change is made again on its new head, never merged. */
async function bringToBranch(push: Push, branch: string): Promise<BranchOutcome> {
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
      : await versionChange(publication, there.commit, settings, repository);
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
  const from = `fairway/release-${publication.version}`;
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

/** A commit with the version change on another head; null when that head has it already. */
export async function versionChange(
  publication: Publication,
  head: string,
  settings: Config['release'],
  repository: Repository,
): Promise<string | null> {
  const links = linksOf(await repository.remoteUrl(settings.remote));
  const { changes } = await releaseFiles(head, publication.section, settings, links, repository);
  if (changes.length === 0) return null;
  return await repository.commitOn(
    head,
    changes,
    releaseMessage(publication.version, publication.tag),
    identityOf(settings),
  );
}

async function takeTag(update: RefUpdate, repository: Repository): Promise<void> {
  const name = update.ref.slice('refs/tags/'.length);
  const known = (await repository.tags()).find((tag) => tag.name === name);
  if (known === undefined) await repository.updateRefs([update]);
}

async function followLocally(
  { branch, commit, parent }: Publication,
  repository: Repository,
  remarks: string[],
): Promise<void> {
  if (branch === null) return;
  const here = await repository.resolve(`refs/heads/${branch}`);
  if (here !== parent) return;
  await repository.fastForward(branch, commit).catch((error: unknown) => {
    if (!(error instanceof EnvironmentError)) throw error;
    remarks.push(`${error.message} ${error.hint ?? ''}`);
  });
}

async function forwardLocally(
  publication: Publication,
  settings: Config['release'],
  repository: Repository,
  remarks: string[],
): Promise<BranchOutcome> {
  const { branch, commit, parent } = publication;
  if (branch === null) return 'left';
  const here = await repository.resolve(`refs/heads/${branch}`);
  if (here === null) return 'left';
  if (await repository.isAncestor(commit, here)) return 'already';
  const to = here === parent ? commit : await versionChange(publication, here, settings, repository);
  if (to === null) return 'already';
  try {
    await repository.fastForward(branch, to);
    return here === parent ? 'forwarded' : 'regenerated';
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    remarks.push(`${error.message} ${error.hint ?? ''}`);
    return 'left';
  }
}

function taken(tag: string, there: string, ours: string): GateFailed {
  return new GateFailed(
    'VERSION_TAKEN',
    `${tag} already stands on ${there.slice(0, 10)}, and not on ${ours.slice(0, 10)}.`,
    {
      hint: 'Somebody else released this version: run the command again, it plans the next one.',
    },
  );
}
