import { sha256 } from './sha256.ts';

/** One thing in a tree; `path` is relative to its top, with `/`. */
export type ManifestEntry =
  | { readonly kind: 'directory'; readonly path: string }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly isExecutable: boolean;
      readonly size: number;
      /** Hex. */
      readonly sha256: string;
    }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string };

/** All that a tree holds, sorted by path. Owners, times and other bits of modes are no part of it. */
export type Manifest = readonly ManifestEntry[];

/** The typed digest of a tree, `directory:sha256:...`: equal exactly when the manifests are. */
export function directoryDigest(manifest: Manifest): string {
  return `directory:sha256:${sha256(new TextEncoder().encode(canonicalText(manifest)))}`;
}

/** The hex part of a `directory:sha256:...`, safe as a file name; null for any other text. */
export function digestHex(artifact: string): string | null {
  return /^directory:sha256:([0-9a-f]{64})$/.exec(artifact)?.[1] ?? null;
}

/** One line per entry; JSON keeps line ends and blanks in names apart from those between fields. */
export function canonicalText(manifest: Manifest): string {
  return sorted(manifest)
    .map((entry) => `${JSON.stringify(fields(entry))}\n`)
    .join('');
}

export function sorted(manifest: Manifest): Manifest {
  return manifest.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function fields(entry: ManifestEntry): readonly (string | number)[] {
  if (entry.kind === 'directory') return ['directory', entry.path];
  if (entry.kind === 'symlink') return ['symlink', entry.path, entry.target];
  return ['file', entry.path, entry.isExecutable ? 'executable' : 'plain', entry.size, entry.sha256];
}

/** Paths at which two manifests differ, each with what is different, sorted. */
export function differences(expected: Manifest, found: Manifest): readonly string[] {
  const before = new Map(expected.map((entry) => [entry.path, JSON.stringify(fields(entry))]));
  const now = new Map(found.map((entry) => [entry.path, JSON.stringify(fields(entry))]));
  const paths = [...new Set([...before.keys(), ...now.keys()])].toSorted();
  return paths.flatMap((path) => {
    if (before.get(path) === now.get(path)) return [];
    return `${path} ${before.has(path) ? (now.has(path) ? 'was changed' : 'is missing') : 'was added'}`;
  });
}
