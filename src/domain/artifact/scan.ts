import type { Manifest, ManifestEntry } from './manifest.ts';
import { sorted } from './manifest.ts';

/** How a tree is looked at; the port `Files` is one. */
export interface TreeReader {
  stat(path: string): Promise<{ readonly kind: string; readonly size: number; readonly mode: number } | null>;
  list(path: string): Promise<readonly string[]>;
  readLink(path: string): Promise<string>;
  sha256(path: string): Promise<string>;
}

export interface ScannedTree {
  readonly manifest: Manifest;
  /** What cannot be part of an artifact, each as a path and what it is. */
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
}

const ownerMayExecute = 0o100;

/** Entries that are looked at in one go. */
const width = 8;

/** The manifest of what lies below a folder; the folder itself is no entry of it. */
export async function scanTree(root: string, reader: TreeReader): Promise<ScannedTree> {
  const entries: ManifestEntry[] = [];
  const refused: { path: string; reason: string }[] = [];

  const visit = async (path: string): Promise<void> => {
    const full = `${root}/${path}`;
    const stat = await reader.stat(full);
    if (stat === null) {
      refused.push({ path, reason: 'is not there under this name, which is perhaps no valid UTF-8' });
    } else if (stat.kind === 'directory') {
      entries.push({ kind: 'directory', path });
      await visitAll((await reader.list(full)).map((name) => `${path}/${name}`));
    } else if (stat.kind === 'symlink') {
      entries.push({ kind: 'symlink', path, target: await reader.readLink(full) });
    } else if (stat.kind === 'file') {
      const isExecutable = (stat.mode & ownerMayExecute) !== 0;
      entries.push({ kind: 'file', path, isExecutable, size: stat.size, sha256: await reader.sha256(full) });
    } else {
      refused.push({ path, reason: 'is a socket, a pipe or a device' });
    }
  };
  const visitAll = async (paths: readonly string[]): Promise<void> => {
    for (let i = 0; i < paths.length; i += width) await Promise.all(paths.slice(i, i + width).map(visit));
  };

  await visitAll(await reader.list(root));
  return { manifest: sorted(entries), refused };
}
