import { sha256 } from '../artifact/sha256.ts';
import { canonicalJson } from './archive/config.ts';

export type BillFormat = 'cyclonedx' | 'spdx';

/** By which names registries and releases know a bill of materials. */
export const billTypes = {
  cyclonedx: { artifactType: 'application/vnd.cyclonedx+json', ending: 'cdx.json' },
  spdx: { artifactType: 'application/spdx+json', ending: 'spdx.json' },
} as const satisfies Record<BillFormat, { readonly artifactType: string; readonly ending: string }>;

type Json = Readonly<Record<string, unknown>>;

/** A bill of materials without what is different each time that it is written; null when it is none. */
export function steadyBill(
  format: BillFormat,
  text: string,
  { artifact, epochSeconds }: { readonly artifact: string; readonly epochSeconds: number },
): string | null {
  const bill = parsed(text);
  const at = new Date(epochSeconds * 1_000).toISOString().replace('.000Z', 'Z');
  const own = sha256(new TextEncoder().encode(`${format} ${artifact}`));
  if (format === 'cyclonedx') {
    if (bill?.['bomFormat'] !== 'CycloneDX') return null;
    const metadata = { ...(bill['metadata'] as Json | undefined), timestamp: at };
    return canonicalJson({ ...bill, metadata, serialNumber: `urn:uuid:${uuidOf(own)}` });
  }
  if (typeof bill?.['spdxVersion'] !== 'string') return null;
  const creationInfo = { ...(bill['creationInfo'] as Json | undefined), created: at };
  return canonicalJson({ ...bill, creationInfo, documentNamespace: `urn:uuid:${uuidOf(own)}` });
}

function parsed(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Json) : null;
  } catch {
    return null;
  }
}

/** A UUID of the version 8, whose bits are its maker's own. */
const uuidOf = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
