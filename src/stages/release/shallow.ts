import type { Config } from '../../config/schema.ts';
import { holds, lineOf } from '../../domain/release/lines.ts';
import { compareVersions, versionOfTag } from '../../domain/release/version.ts';
import { EnvironmentError, FairwayError } from '../../errors.ts';
import type { Repository, TagRecord } from '../../ports.ts';
import { syncTags } from './history.ts';

export interface HistoryWish {
  readonly branch?: string | undefined;
  /** Read the version tags of the remote even when some are here. */
  readonly withRemote?: boolean | undefined;
  /** The whole history, not only that of the next release. */
  readonly all?: boolean | undefined;
}

/** How far a clone is deepened, round by round; after the last one its whole history is there. */
const depths = [50, 250, 1_000, 5_000, 2_147_483_647] as const;

/**
 * Make sure that the last release of the branch can be known, and answer the tags to decide with where those here are
 * too few.
 *
 * A clone that is cut off is deepened, without trees, until the highest version of its line is there. A version is
 * never invented: throws EnvironmentError `HISTORY_SHALLOW`.
 */
export async function completeHistory(
  settings: Config['release'],
  repository: Repository,
  wish: HistoryWish,
): Promise<readonly TagRecord[] | undefined> {
  const [hasRemote, isShallow] = await Promise.all([repository.hasRemote(settings.remote), repository.isShallow()]);
  if (!isShallow) {
    if (hasRemote && wish.withRemote === true) await syncTags(settings, repository);
    return undefined;
  }
  if (!hasRemote) throw shallow(settings, null);
  try {
    return await deepen(settings, repository, wish);
  } catch (error) {
    if (error instanceof FairwayError && error.family === 'environment') throw shallow(settings, error);
    throw error;
  }
}

async function deepen(
  settings: Config['release'],
  repository: Repository,
  wish: HistoryWish,
): Promise<readonly TagRecord[]> {
  const refs = await repository.remoteRefs(settings.remote, [`refs/tags/${settings.tagPrefix}*`]);
  const tags = refs.map(({ ref, commit, object }): TagRecord => ({
    name: ref.slice('refs/tags/'.length),
    commit,
    object,
  }));
  const head = await repository.head();
  const line = lineOf(wish.branch ?? head?.branch ?? null);
  const versions = tags
    .map((tag) => ({ tag, version: versionOfTag(tag.name, settings.tagPrefix) ?? '' }))
    .filter(({ version }) => version !== '' && holds(line, version))
    .toSorted((a, b) => compareVersions(b.version, a.version));
  const highest = versions[0]?.tag.commit;
  // A release commit beside the branch counts at its parent, so the commit itself has to be here.
  if (highest !== undefined && (await repository.commits([highest])).length === 0) {
    await repository.fetch(settings.remote, [highest], { depth: 2, withoutTrees: true });
  }
  const goals = highest === undefined ? [] : [highest, ...((await repository.commits([highest]))[0]?.parents ?? [])];
  for (const depth of depths) {
    if (!(await repository.isShallow())) break;
    const known = await repository.history({ from: [], to: 'HEAD' });
    if (wish.all !== true && known.some(({ sha }) => goals.includes(sha))) break;
    await repository.fetch(settings.remote, [head?.commit ?? 'HEAD'], { depth, withoutTrees: true });
  }
  return tags;
}

const shallow = (settings: Config['release'], cause: unknown): EnvironmentError =>
  new EnvironmentError(
    'HISTORY_SHALLOW',
    `This clone is shallow, and its last release cannot be known.${cause instanceof Error ? ` ${cause.message}` : ''}`,
    {
      hint: `In GitHub Actions: actions/checkout with fetch-depth: 0. Here: git fetch --unshallow --tags ${settings.remote}`,
      cause,
    },
  );
