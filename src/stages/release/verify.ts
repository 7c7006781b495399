import type { Config } from '../../config/schema.ts';
import { sha256 } from '../../domain/release/digest.ts';
import { releaseCommitTag } from '../../domain/release/tags.ts';
import { compareVersions, versionOfTag } from '../../domain/release/version.ts';
import { GateFailed } from '../../errors.ts';
import type { Forge, ForgeRelease, Repository } from '../../ports.ts';

export interface Verified {
  readonly version: string;
  readonly tag: string;
  readonly commit: string;
  /** One sentence for everything that was looked at and found right. */
  readonly checked: readonly string[];
  /** One sentence for everything that is wrong. */
  readonly wrong: readonly string[];
}

/** Look at a published release again: tag, release, assets and their checksums, floating tags. Throws GateFailed `RELEASE_UNKNOWN`. */
export async function verifyRelease(
  asked: string,
  settings: Config['release'],
  repository: Repository,
  forge: Forge | null,
): Promise<Verified> {
  const version = versionOfTag(asked, settings.tagPrefix) ?? asked;
  const tag = `${settings.tagPrefix}${version}`;
  const isRemote = await repository.hasRemote(settings.remote);
  const refs = isRemote
    ? await repository.remoteRefs(settings.remote, [`refs/tags/${settings.tagPrefix}*`])
    : await repository.refs('refs/tags/*');
  const there = refs.find(({ ref }) => ref === `refs/tags/${tag}`);
  if (there === undefined) {
    throw new GateFailed('RELEASE_UNKNOWN', `There is no tag ${tag}${isRemote ? ` on ${settings.remote}` : ''}.`, {
      hint: `fairway release publish ${version} makes it, when it was prepared.`,
    });
  }
  const checked = [`${tag} stands on ${there.commit.slice(0, 10)}.`];
  const wrong: string[] = [];
  if (isRemote) await repository.fetch(settings.remote, [`refs/tags/${tag}`]);
  const here = (await repository.tags()).find(({ name }) => name === tag);
  if (here !== undefined && here.object !== there.object)
    wrong.push(`${tag} is another object here than on ${settings.remote}.`);
  const [record] = await repository.commits([there.commit]);
  const made = record === undefined ? null : releaseCommitTag(record);
  if (made !== null && made !== tag) wrong.push(`The commit of ${tag} was made for ${made}.`);
  verifyFloating({ version, tag, commit: there.commit }, refs, settings, checked, wrong);
  if (forge !== null) await verifyForge(tag, settings, forge, checked, wrong);
  return { version, tag, commit: there.commit, checked, wrong };
}

async function verifyForge(
  tag: string,
  settings: Config['release'],
  forge: Forge,
  checked: string[],
  wrong: string[],
): Promise<void> {
  const found = await forge.findReleases(tag);
  const release = found.find(({ isDraft }) => !isDraft);
  if (release === undefined) {
    wrong.push(found.length > 0 ? `The release of ${tag} is still a draft.` : `There is no release of ${tag}.`);
    return;
  }
  if (found.length > 1) wrong.push(`There are ${found.length} releases of ${tag}.`);
  checked.push(`The release is published: ${release.url}`);
  for (const { name, isComplete } of release.assets) if (!isComplete) wrong.push(`${name} was never wholly uploaded.`);
  const sums = release.assets.find(({ name }) => name === 'SHA256SUMS');
  if (sums === undefined) {
    if (settings.assets.length > 0) wrong.push('SHA256SUMS is missing.');
    return;
  }
  await verifySums(new TextDecoder().decode(await forge.downloadAsset(sums.id)), release, forge, checked, wrong);
}

async function verifySums(
  sums: string,
  release: ForgeRelease,
  forge: Forge,
  checked: string[],
  wrong: string[],
): Promise<void> {
  for (const line of sums.split('\n')) {
    const [, expected = '', name = ''] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (name === '') continue;
    const asset = release.assets.find((one) => one.name === name);
    if (asset === undefined) {
      wrong.push(`${name} is missing.`);
      continue;
    }
    // What the forge says about itself is no proof: the bytes are fetched and counted again.
    const actual = await sha256(await forge.downloadAsset(asset.id));
    if (actual === `sha256:${expected}`) checked.push(`${name} has the checksum of SHA256SUMS.`);
    else wrong.push(`${name} has ${actual}, and SHA256SUMS says sha256:${expected}.`);
  }
}

function verifyFloating(
  release: { readonly version: string; readonly tag: string; readonly commit: string },
  refs: readonly { readonly ref: string; readonly commit: string }[],
  settings: Config['release'],
  checked: string[],
  wrong: string[],
): void {
  const [major = '', minor = ''] = release.version.split('.');
  if (release.version.includes('-')) return;
  for (const kind of settings.floatingTags) {
    const name = kind === 'major' ? `${settings.tagPrefix}${major}` : `${settings.tagPrefix}${major}.${minor}`;
    const at = refs.find(({ ref }) => ref === `refs/tags/${name}`);
    const standing = refs.find(
      ({ ref, commit }) =>
        commit === at?.commit && versionOfTag(ref.slice('refs/tags/'.length), settings.tagPrefix) !== null,
    );
    const version =
      standing === undefined ? null : versionOfTag(standing.ref.slice('refs/tags/'.length), settings.tagPrefix);
    if (at === undefined) wrong.push(`The floating tag ${name} is missing.`);
    else if (standing === undefined || version === null) wrong.push(`The floating tag ${name} stands on no release.`);
    else if (compareVersions(version, release.version) < 0)
      wrong.push(`The floating tag ${name} stands on ${version}, behind ${release.version}.`);
    else checked.push(`${name} stands on ${standing.ref.slice('refs/tags/'.length)}.`);
  }
}
