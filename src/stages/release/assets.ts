import type { Config } from '../../config/schema.ts';
import type { WantedAsset } from '../../domain/release/assets.ts';
import { sha256 } from '../../domain/release/digest.ts';
import { ConfigError } from '../../errors.ts';
import type { Files } from '../../ports.ts';
import { below } from './files.ts';

export interface LoadedAsset extends WantedAsset {
  readonly content: Uint8Array;
}

/** Read what the release must carry: files of the configuration, documents of the artifact, their checksums, cut notes. */
export async function loadAssets(
  settings: Config['release'],
  directory: string,
  own: {
    readonly documents: readonly { readonly name: string; readonly content: string }[];
    readonly wholeNotes: string | null;
  },
  files: Pick<Files, 'readBytes' | 'exists'>,
): Promise<readonly LoadedAsset[]> {
  const assets: LoadedAsset[] = [];
  for (const entry of settings.assets) {
    const { path, name, label } = { name: undefined, label: undefined, ...entry };
    const place = `${directory}/${below('', path)}`;
    if (!(await files.exists(place))) {
      throw new ConfigError('ASSET_MISSING', `release.assets: ${path} is not there.`, {
        hint: 'Build it before the release is published, or take it out of release.assets.',
      });
    }
    assets.push(await loaded(name ?? path.split('/').at(-1) ?? path, label ?? null, await files.readBytes(place)));
  }
  for (const { name, content } of own.documents) {
    assets.push(await loaded(name, null, new TextEncoder().encode(content)));
  }
  const twice = assets.find(({ name }, at) => assets.findIndex((other) => other.name === name) !== at);
  if (twice !== undefined) {
    throw new ConfigError('ASSET_TWICE', `release.assets: two files are called ${twice.name}.`, {
      hint: 'Give one of them a name.',
    });
  }
  if (assets.length > 0) {
    const sums = assets.map(({ digest, name }) => `${digest.slice('sha256:'.length)}  ${name}\n`).join('');
    assets.push(await loaded('SHA256SUMS', null, new TextEncoder().encode(sums)));
  }
  const { wholeNotes } = own;
  if (wholeNotes !== null) assets.push(await loaded('RELEASE-NOTES.md', null, new TextEncoder().encode(wholeNotes)));
  return assets;
}

async function loaded(name: string, label: string | null, content: Uint8Array): Promise<LoadedAsset> {
  return { name, label, content, size: content.byteLength, digest: await sha256(content) };
}
