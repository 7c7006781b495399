import type { Config } from '../../config/schema.ts';
import { floatingMoves } from '../../domain/release/floating.ts';
import { isPrerelease, versionOfTag } from '../../domain/release/version.ts';
import { FairwayError } from '../../errors.ts';
import type { Forge, Repository } from '../../ports.ts';
import { again } from './again.ts';
import type { Publication } from './publication.ts';

/** Move the floating tags: plain tags without a release, by lease, so that two releases cannot cross. */
export async function moveFloatingTags(
  { version, commit }: Publication,
  settings: Config['release'],
  repository: Repository,
  remarks: string[],
): Promise<readonly string[]> {
  if (settings.floatingTags.length === 0 || isPrerelease(version)) return [];
  const [major = '', minor = ''] = version.split('.');
  const names = [`${settings.tagPrefix}${major}`, `${settings.tagPrefix}${major}.${minor}`];
  const isRemote = await repository.hasRemote(settings.remote);
  const there = isRemote
    ? await repository.remoteRefs(settings.remote, [`refs/tags/${settings.tagPrefix}*`])
    : await repository.refs('refs/tags/*');
  const versions = new Map<string, string>();
  for (const { ref, commit: at } of there) {
    const found = versionOfTag(ref.slice('refs/tags/'.length), settings.tagPrefix);
    if (found !== null && !isPrerelease(found)) versions.set(at, found);
  }
  const standing = new Map<string, string | null>();
  for (const { ref, commit: at } of there) {
    const name = ref.slice('refs/tags/'.length);
    if (names.includes(name)) standing.set(name, versions.get(at) ?? null);
  }
  const { moves, left } = floatingMoves(version, settings.floatingTags, settings.tagPrefix, standing, [
    ...versions.values(),
  ]);
  remarks.push(...left);
  const updates = moves.map(({ tag }) => {
    const ref = `refs/tags/${tag}`;
    return { ref, to: commit, expected: there.find((one) => one.ref === ref)?.object ?? null };
  });
  if (isRemote) await repository.push(settings.remote, updates);
  // A run that was cut off after the push left the tags here behind.
  const pushed = there.filter(({ ref, commit: at }) => names.includes(ref.slice('refs/tags/'.length)) && at === commit);
  await repository.updateRefs([
    ...pushed.map(({ ref, object }) => ({ ref, to: object })),
    ...updates.map(({ ref, to }) => ({ ref, to })),
  ]);
  return moves.map(({ tag }) => tag);
}

/** Start what a push with the job's own token would not start; an error is the end, because others wait for it. */
export async function startFollowers(tag: string, settings: Config['release'], forge: Forge): Promise<void> {
  for (const file of settings.followers) await again(async () => await forge.startWorkflow(file, tag));
}

/** The most issues and pull requests that one release tells: more would take minutes under the forge's limits. */
const mostTold = 100;

/** Best effort: a release that is out stays green whatever happens here. */
export async function tellIssues(
  { issues, tag }: Publication,
  url: string,
  settings: Config['release'],
  forge: Forge,
  remarks: string[],
): Promise<void> {
  if (issues.length === 0 || (!settings.comments && settings.labels.length === 0)) return;
  const told = issues.slice(0, mostTold);
  const note = {
    marker: `<!-- fairway-release ${tag} -->`,
    text: settings.comments ? `Released in [${tag}](${url}).` : null,
    labels: settings.labels,
  };
  try {
    const refused = await again(async () => await forge.tell(told, note));
    remarks.push(...refused.slice(0, 5).map((reason) => `Not told of the release: ${reason}`));
    if (refused.length > 5) remarks.push(`${refused.length - 5} more were not told of the release.`);
    if (issues.length > told.length) {
      remarks.push(
        `${issues.length - told.length} more issues and pull requests belong to ${tag}: at most ${mostTold} are told.`,
      );
    }
  } catch (error) {
    if (!(error instanceof FairwayError)) throw error;
    remarks.push(`Not all pull requests were told of the release: ${error.message}`);
  }
}
