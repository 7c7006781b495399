import type { Config } from '../../config/schema.ts';
import type { ChangelogSection } from '../../domain/release/changelog.ts';
import { linksOf } from '../../domain/release/links.ts';
import { releaseMessage } from '../../domain/release/plan.ts';
import { EnvironmentError, GateFailed } from '../../errors.ts';
import type { RefUpdate, Repository } from '../../ports.ts';
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
}

/** Put tag and branch on the release commit, remote first; what is there already is left alone. */
export async function publishRefs(
  publication: Publication,
  settings: Config['release'],
  repository: Repository,
): Promise<Published> {
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
    branch = await pushRefs(publication, tagUpdate, place, settings, repository, remarks);
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

async function pushRefs(
  publication: Publication,
  tagUpdate: RefUpdate,
  place: Place,
  settings: Config['release'],
  repository: Repository,
  remarks: string[],
): Promise<BranchOutcome> {
  const { branch, commit, parent } = publication;
  const tags = place.tagged === null ? [tagUpdate] : [];
  if (branch !== null && place.branchAt === parent) {
    try {
      await repository.push(settings.remote, [...tags, { ref: `refs/heads/${branch}`, to: commit, expected: parent }]);
      return 'forwarded';
    } catch (error) {
      if (!isRejected(error)) throw error;
      remarks.push(`${branch} took no push: ${(error as Error).message}`);
    }
  }
  await repository.push(settings.remote, tags);
  if (branch === null) {
    remarks.push('HEAD was on no branch: only the tag was pushed.');
    return 'left';
  }
  return await bringToBranch(publication, settings, repository, remarks);
}

const isRejected = (error: unknown): boolean => error instanceof EnvironmentError && error.code === 'PUSH_REJECTED';

const attempts = 3;

/** The branch moved on: the version change is made again on its new head, never merged. */
async function bringToBranch(
  publication: Publication,
  settings: Config['release'],
  repository: Repository,
  remarks: string[],
): Promise<BranchOutcome> {
  const ref = `refs/heads/${publication.branch ?? ''}`;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const [there] = await repository.remoteRefs(settings.remote, [ref]);
    if (there === undefined) {
      remarks.push(`${publication.branch ?? ''} is not on ${settings.remote}: only the tag was pushed.`);
      return 'left';
    }
    await repository.fetch(settings.remote, [ref]);
    if (await repository.isAncestor(publication.commit, there.commit)) return 'already';
    const change = await versionChange(publication, there.commit, settings, repository);
    if (change === null) return 'already';
    try {
      await repository.push(settings.remote, [{ ref, to: change, expected: there.commit }]);
      return 'regenerated';
    } catch (error) {
      if (!isRejected(error)) throw error;
      const { reason } = (error as EnvironmentError).facts;
      if (reason === 'moved' && attempt < attempts) continue;
      remarks.push(`The version change is not on ${publication.branch ?? ''}: ${(error as Error).message}`);
      return 'left';
    }
  }
  return 'left';
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
