import { formatBytes } from '../report/quantities.ts';

export interface SizedLayer {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly step: string;
}

export interface LayerChange {
  readonly step: string;
  readonly sizeBytes: number;
  /** Null when the last release has no such layer. */
  readonly beforeBytes: number | null;
  readonly isSame: boolean;
}

export interface SizeReport {
  readonly sizeBytes: number;
  /** Null when there is nothing to compare with. */
  readonly beforeBytes: number | null;
  readonly layers: readonly LayerChange[];
  /** Steps of the last release that are gone, with their sizes. */
  readonly gone: readonly { readonly step: string; readonly sizeBytes: number }[];
  /** Why the image is too large; null within the budget. */
  readonly exceeded: string | null;
}

export interface SizeBudget {
  /** As a fraction of the last release. */
  readonly growth: number;
  readonly maxBytes: number | null;
}

const sum = (layers: readonly SizedLayer[]): number => layers.reduce((all, { sizeBytes }) => all + sizeBytes, 0);

/** The size of an image by its layers, uncompressed, against that of the last release. */
export function sizeReport(
  layers: readonly SizedLayer[],
  before: readonly SizedLayer[] | null,
  { growth, maxBytes }: SizeBudget,
): SizeReport {
  const left = [...(before ?? [])];
  const take = (isIt: (layer: SizedLayer) => boolean): SizedLayer | null => {
    const at = left.findIndex(isIt);
    return at === -1 ? null : (left.splice(at, 1)[0] ?? null);
  };
  const same = layers.map((layer) => take(({ digest }) => digest === layer.digest));
  const changes = layers.map((layer, at) => {
    const old = same[at] ?? take(({ step }) => step === layer.step);
    const isSame = (same[at] ?? null) !== null;
    return { step: layer.step, sizeBytes: layer.sizeBytes, beforeBytes: old?.sizeBytes ?? null, isSame };
  });
  const [now, then] = [sum(layers), before === null ? null : sum(before)];
  return {
    sizeBytes: now,
    beforeBytes: then,
    layers: changes,
    gone: left.map(({ step, sizeBytes }) => ({ step, sizeBytes })),
    exceeded: tooLarge(now, then, growth, maxBytes),
  };
}

function tooLarge(now: number, then: number | null, growth: number, maxBytes: number | null): string | null {
  if (maxBytes !== null && now > maxBytes) return `${formatBytes(now)} are more than ${formatBytes(maxBytes)}`;
  if (then === null || now <= then * (1 + growth)) return null;
  const share = ((now / then - 1) * 100).toFixed(1);
  return `${formatBytes(now)} are ${share} % more than the ${formatBytes(then)} of the last release (limit ${(growth * 100).toFixed(1)} %)`;
}

/** One line for people. */
export function sizeLine({ sizeBytes, beforeBytes }: SizeReport): string {
  if (beforeBytes === null) return `${formatBytes(sizeBytes)}, nothing to compare with`;
  const difference = sizeBytes - beforeBytes;
  const signed =
    difference === 0 ? 'as large as' : `${difference > 0 ? '+' : '-'}${formatBytes(Math.abs(difference))} against`;
  return `${formatBytes(sizeBytes)}, ${signed} the last release`;
}
