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
    const named = withSteadyNames(bill);
    const metadata = { ...asObject(named['metadata']), timestamp: at };
    return canonicalJson({ ...named, metadata, serialNumber: `urn:uuid:${uuidOf(own)}` });
  }
  if (typeof bill?.['spdxVersion'] !== 'string') return null;
  const creationInfo = { ...asObject(bill['creationInfo']), created: at };
  const packages = listOf(bill['packages']).map((one) => ({
    ...one,
    ...keptOf(one, 'attributionTexts'),
    ...('annotations' in one
      ? {
          annotations: listOf(keptOf(one, 'annotations')['annotations']).map((note) => ({
            ...note,
            annotationDate: at,
          })),
        }
      : {}),
  }));
  return canonicalJson({ ...bill, packages, creationInfo, documentNamespace: `urn:uuid:${uuidOf(own)}` });
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Scanners call what has no address of its own by a random name, and sort by it. */
function withSteadyNames(bill: Json): Json {
  const subject = asObject(asObject(bill['metadata'])['component']);
  const names = new Map<string, string>();
  for (const { 'bom-ref': ref, type, name, version } of [subject, ...listOf(bill['components'])]) {
    if (typeof ref !== 'string' || !uuid.test(ref)) continue;
    const wanted = [type, name, version].filter((part) => typeof part === 'string').join(':');
    const isTaken = [...names.values()].includes(wanted);
    names.set(ref, isTaken ? `${wanted}:${names.size}` : wanted);
  }
  const nameOf = (ref: unknown): unknown => (typeof ref === 'string' ? (names.get(ref) ?? ref) : ref);
  const renamed = (component: Json): Json => ({
    ...component,
    ...('bom-ref' in component ? { 'bom-ref': nameOf(component['bom-ref']) } : {}),
    ...keptOf(component, 'properties'),
  });
  const dependencies = listOf(bill['dependencies']).map((one) => ({
    ...one,
    ref: nameOf(one['ref']),
    ...(Array.isArray(one['dependsOn']) ? { dependsOn: one['dependsOn'].map(nameOf).map(String).toSorted() } : {}),
  }));
  return {
    ...bill,
    metadata: {
      ...asObject(bill['metadata']),
      ...(bill['metadata'] === undefined ? {} : { component: renamed(subject) }),
    },
    components: listOf(bill['components']).map(renamed).toSorted(by('bom-ref')),
    dependencies: dependencies.toSorted(by('ref')),
  };
}

const by =
  (key: string) =>
  (a: Json, b: Json): number =>
    JSON.stringify(a[key] ?? '') < JSON.stringify(b[key] ?? '') ? -1 : 1;

/** A list of remarks without those that say where an image lies: tags of an engine are not what is in it. */
function keptOf(one: Json, key: string): Json {
  const list = one[key];
  if (!Array.isArray(list)) return {};
  const textOf = (remark: unknown): string => JSON.stringify(remark) ?? '';
  return { [key]: list.filter((remark) => !/"(?:[a-z:]*:)?Repo(?:Tag|Digest)\b/.test(textOf(remark))) };
}

const asObject = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(asObject) : []);

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
