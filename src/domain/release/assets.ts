import type { ForgeAsset } from '../../ports.ts';

/** A file as it must stand on the release. */
export interface WantedAsset {
  readonly name: string;
  readonly label: string | null;
  readonly size: number;
  /** `sha256:...` */
  readonly digest: string;
}

export type AssetStep =
  | { readonly do: 'nothing' }
  /** `as` is the final name, or a name for the time until the broken one is gone. */
  | { readonly do: 'upload'; readonly as: string }
  | { readonly do: 'delete'; readonly id: number; readonly name: string }
  | { readonly do: 'rename'; readonly id: number };

/** The name that a replacement has until it stands in for the old one. */
export const interimName = (wanted: WantedAsset): string =>
  `${wanted.digest.slice('sha256:'.length, 23)}.${wanted.name}`;

/** An asset that is whole and the same; where the forge tells no digest, the size has to do. */
export const isSame = (asset: ForgeAsset, wanted: WantedAsset): boolean =>
  asset.isComplete && asset.size === wanted.size && (asset.digest === null || asset.digest === wanted.digest);

/**
 * The next step towards one asset, from what the release holds now; repeated until `nothing`.
 *
 * Nothing is deleted before its replacement is there and whole.
 */
export function nextAssetStep(wanted: WantedAsset, there: readonly ForgeAsset[]): AssetStep {
  const final = there.find(({ name }) => name === wanted.name);
  const interim = there.find(({ name }) => name === interimName(wanted));
  if (final !== undefined && isSame(final, wanted)) {
    return interim === undefined ? { do: 'nothing' } : { do: 'delete', id: interim.id, name: interim.name };
  }
  if (interim !== undefined && isSame(interim, wanted)) {
    return final === undefined ? { do: 'rename', id: interim.id } : { do: 'delete', id: final.id, name: final.name };
  }
  if (interim !== undefined) return { do: 'delete', id: interim.id, name: interim.name };
  return { do: 'upload', as: final === undefined ? wanted.name : interimName(wanted) };
}
