import type { Config } from '../../config/schema.ts';
import { interimName, isSame, nextAssetStep } from '../../domain/release/assets.ts';
import { fitBody } from '../../domain/release/notes.ts';
import { compareVersions, isPrerelease, versionOfTag } from '../../domain/release/version.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Files, Forge, ForgeRelease, Repository } from '../../ports.ts';
import type { LoadedAsset } from './assets.ts';
import { loadAssets } from './assets.ts';
import { linksOf } from '../../domain/release/links.ts';
import { again } from './again.ts';
import type { Publication } from './publication.ts';

/** What announcing needs besides the repository. */
export interface AnnouncePorts {
  readonly forge: Forge;
  readonly files: Pick<Files, 'readBytes' | 'exists'>;
  /** What the paths of `release.assets` are relative to. Absolute. */
  readonly directory: string;
  /** What is known of the artifact, as files of the release. */
  readonly documents?: readonly { readonly name: string; readonly content: string }[];
}

export interface Announced {
  readonly url: string;
  readonly assets: readonly string[];
}

/** Everything that a release will say and carry, read before the first push. */
export interface Announcement {
  readonly body: string;
  readonly assets: readonly LoadedAsset[];
}

/** Throws ConfigError `ASSET_MISSING`, `ASSET_TWICE`. */
export async function announcementOf(
  { tag, notes }: Publication,
  settings: Config['release'],
  repository: Repository,
  { files, directory, documents = [] }: AnnouncePorts,
): Promise<Announcement> {
  const links = linksOf(await repository.remoteUrl(settings.remote));
  const page = links === null ? '' : `${links.home}/releases/download/${encodeURI(tag)}/`;
  const { body, isCut } = fitBody(notes, `${page}RELEASE-NOTES.md`);
  return {
    body,
    assets: await loadAssets(settings, directory, { documents, wholeNotes: isCut ? notes : null }, files),
  };
}

/** Draft, assets, publish: each step looks at the forge first and does only what is missing. */
export async function announce(
  publication: Publication,
  { body, assets }: Announcement,
  settings: Config['release'],
  repository: Repository,
  forge: Forge,
): Promise<Announced> {
  const { tag, version } = publication;
  const draft = { tag, commit: publication.commit, name: tag, body, isPrerelease: isPrerelease(version) };
  await again(async () => {
    if ((await theRelease(tag, forge)) === null) await forge.createDraft(draft);
  });
  for (const asset of assets) await settle(asset, tag, forge);
  const isLatest = !isPrerelease(version) && (await isHighest(version, settings, repository));
  return await again(async () => {
    const release = await theRelease(tag, forge);
    if (release === null) throw gone(tag);
    verifyAssets(release, assets);
    const done = release.isDraft ? await forge.publish(release.id, { isLatest }) : release;
    return { url: done.url, assets: assets.map(({ name }) => name) };
  });
}

/** The one release of a tag; drafts that an interrupted run left twice are reduced to the first. */
async function theRelease(tag: string, forge: Forge): Promise<ForgeRelease | null> {
  const found = await forge.findReleases(tag);
  const kept = found.find(({ isDraft }) => !isDraft) ?? found[0] ?? null;
  for (const other of found) if (other.isDraft && other.id !== kept?.id) await forge.deleteDraft(other.id);
  return kept;
}

async function settle(asset: LoadedAsset, tag: string, forge: Forge): Promise<void> {
  // Worst case: a broken one, then interim, delete, rename, and each of them without an answer twice.
  for (let step = 0; step < 12; step += 1) {
    const isDone = await again(async () => {
      const release = await theRelease(tag, forge);
      if (release === null) throw gone(tag);
      const next = nextAssetStep(asset, release.assets);
      if (next.do === 'nothing') return true;
      if (release.isImmutable) throw immutable(tag, asset.name);
      if (next.do === 'upload') {
        const uploaded = await forge.uploadAsset(release, {
          name: next.as,
          label: asset.label,
          content: asset.content,
        });
        if (!isSame(uploaded, asset)) throw corrupted(asset, uploaded.digest);
      } else if (next.do === 'rename') await forge.renameAsset(next.id, asset.name);
      else await forge.deleteAsset(next.id);
      return false;
    });
    if (isDone) return;
  }
  throw corrupted(asset, null);
}

function verifyAssets(release: ForgeRelease, assets: readonly LoadedAsset[]): void {
  for (const asset of assets) {
    const there = release.assets.find(({ name }) => name === asset.name);
    if (there === undefined || !isSame(there, asset)) throw corrupted(asset, there?.digest ?? null);
  }
  const left = release.assets.find(({ name }) => assets.some((asset) => interimName(asset) === name));
  if (left !== undefined)
    throw new EnvironmentError('ASSET_LEFT', `${left.name} is still on the release ${release.tag}.`);
}

async function isHighest(version: string, settings: Config['release'], repository: Repository): Promise<boolean> {
  const versions = (await repository.tags())
    .map(({ name }) => versionOfTag(name, settings.tagPrefix))
    .filter((other) => other !== null && !isPrerelease(other));
  return versions.every((other) => other === null || compareVersions(other, version) <= 0);
}

const gone = (tag: string): EnvironmentError =>
  new EnvironmentError('RELEASE_GONE', `The release of ${tag} disappeared while it was made.`, {
    hint: 'Run the same command again.',
  });

const immutable = (tag: string, name: string): EnvironmentError =>
  new EnvironmentError(
    'RELEASE_IMMUTABLE',
    `The release of ${tag} is published and immutable, and ${name} is not on it.`,
    {
      hint: 'It cannot be added any more: release the next version.',
    },
  );

const corrupted = (asset: LoadedAsset, digest: string | null): EnvironmentError =>
  new EnvironmentError(
    'ASSET_CORRUPTED',
    `${asset.name} did not arrive as it was sent (${digest ?? 'no digest'}, expected ${asset.digest}).`,
    {
      hint: 'Run the same command again: it sends the asset anew before it removes this one.',
    },
  );
