import type { Config } from '../../config/schema.ts';
import { EnvironmentError, GateFailed } from '../../errors.ts';
import type { Forge, RefUpdate, Repository } from '../../ports.ts';
import type { Push } from './branch.ts';
import { bringToBranch, isBehind, isRejected, versionChange } from './branch.ts';
import { makerOf } from './maker.ts';
import type { BranchOutcome, Publication } from './publication.ts';

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
  const isRemote = await repository.hasRemote(settings.remote);
  const place = isRemote
    ? await remotePlace(publication, settings, repository)
    : await localPlace(publication, repository);
  if (place.tagged !== null && place.tagged !== commit) throw taken(tag, place.tagged, commit);
  const object =
    place.tagObject ??
    (await repository.tagObject(
      tag,
      commit,
      `${tag}\n\n${publication.notes}`,
      await makerOf('tag', settings, repository),
    ));
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
