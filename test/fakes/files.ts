import { createHash } from 'node:crypto';
import { dirname, join, normalize } from 'node:path/posix';
import type { Files, FileStat } from '../../src/ports.ts';

type Entry =
  | { readonly kind: 'file'; readonly bytes: Uint8Array; readonly mode: number }
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'symlink'; readonly target: string };

export interface FakeFiles extends Files {
  /** Make a link; the port itself only reads and copies them. */
  link(target: string, path: string): void;
  /** Every file's path and text, sorted by path. */
  texts(): Readonly<Record<string, string>>;
}

/** Files in memory. Links are kept but not followed. */
export function fakeFiles(initial: Readonly<Record<string, string>> = {}): FakeFiles {
  const entries = new Map<string, Entry>([['/', { kind: 'directory', mode: 0o755 }]]);

  const below = (path: string): string[] => {
    const prefix = path === '/' ? '/' : `${path}/`;
    return [...entries.keys()].filter((key) => key !== '/' && key.startsWith(prefix));
  };
  const fail = (code: string, path: string): never => {
    throw Object.assign(new Error(`${code}: ${path}`), { code });
  };
  const put = (path: string, entry: Entry): void => {
    const existing = entries.get(path);
    if (existing?.kind === 'directory' && entry.kind !== 'directory') fail('EISDIR', path);
    entries.set(path, entry);
  };
  const makeParents = (path: string, mode = 0o755): void => {
    const known = entries.get(path);
    if (known?.kind === 'directory') return;
    if (known !== undefined) fail('ENOTDIR', path);
    makeParents(dirname(path));
    entries.set(path, { kind: 'directory', mode });
  };
  const file = (path: string): Extract<Entry, { kind: 'file' }> => {
    const entry = entries.get(normalize(path)) ?? fail('ENOENT', path);
    return entry.kind === 'file' ? entry : fail('EISDIR', path);
  };
  const bytesOf = (content: string | Uint8Array): Uint8Array =>
    typeof content === 'string' ? new TextEncoder().encode(content) : content.slice();
  const write = (path: string, bytes: Uint8Array, mode: number): void => {
    makeParents(dirname(path));
    put(path, { kind: 'file', bytes, mode });
  };

  const fake: FakeFiles = {
    exists: async (path) => entries.has(normalize(path)),
    async stat(path): Promise<FileStat | null> {
      const entry = entries.get(normalize(path));
      if (entry === undefined) return null;
      if (entry.kind === 'file') return { kind: 'file', size: entry.bytes.length, mode: entry.mode };
      if (entry.kind === 'symlink') return { kind: 'symlink', size: entry.target.length, mode: 0o777 };
      return { kind: 'directory', size: 0, mode: entry.mode };
    },
    readText: async (path) => new TextDecoder().decode(file(path).bytes),
    readBytes: async (path) => file(path).bytes.slice(),
    async readTail(path, bytes) {
      const whole = entries.has(normalize(path)) ? file(path).bytes : new Uint8Array();
      return new TextDecoder().decode(whole.subarray(Math.max(0, whole.length - bytes)));
    },
    async writeAtomic(path, content, mode = 0o644) {
      write(normalize(path), bytesOf(content), mode);
    },
    async appendDurable(path, content) {
      const existing = entries.get(normalize(path));
      const before = existing === undefined ? null : file(path);
      const bytes = [...(before?.bytes ?? []), ...bytesOf(content)];
      write(normalize(path), Uint8Array.from(bytes), before?.mode ?? 0o600);
    },
    async makeDirectory(path, mode) {
      makeParents(normalize(path), mode);
      if (mode !== undefined) entries.set(normalize(path), { kind: 'directory', mode });
    },
    async list(path) {
      const folder = normalize(path);
      const kind = entries.get(folder)?.kind;
      if (kind === undefined) return [];
      if (kind !== 'directory') fail('ENOTDIR', path);
      return below(folder)
        .filter((key) => dirname(key) === folder)
        .map((key) => key.slice(key.lastIndexOf('/') + 1))
        .toSorted();
    },
    async readLink(path) {
      const entry = entries.get(normalize(path)) ?? fail('ENOENT', path);
      return entry.kind === 'symlink' ? entry.target : fail('EINVAL', path);
    },
    async copyTree(from, to) {
      const [source, target] = [normalize(from), normalize(to)];
      if (target === source || target.startsWith(`${source}/`)) throw new Error(`cannot copy ${from} into itself`);
      const root = entries.get(source) ?? fail('ENOENT', from);
      const copies = [
        [target, root],
        ...below(source).map((key) => [target + key.slice(source.length), entries.get(key)]),
      ];
      for (const [path, entry] of copies as [string, Entry][]) {
        if (entry.kind !== 'directory' && entries.has(path)) fail('EEXIST', path);
        makeParents(dirname(path));
        put(path, entry);
      }
    },
    async rename(from, to) {
      const [source, target] = [normalize(from), normalize(to)];
      const root = entries.get(source) ?? fail('ENOENT', from);
      if (entries.get(dirname(target))?.kind !== 'directory') fail('ENOENT', to);
      if (entries.get(target)?.kind === 'directory' && below(target).length > 0) fail('ENOTEMPTY', to);
      const moved = below(source).map((key) => [key, entries.get(key)] as [string, Entry]);
      for (const [key] of [[source], ...moved] as [string][]) entries.delete(key);
      entries.set(target, root);
      for (const [key, entry] of moved) entries.set(target + key.slice(source.length), entry);
    },
    async setMode(path, mode) {
      const entry = entries.get(normalize(path)) ?? fail('ENOENT', path);
      if (entry.kind !== 'symlink') entries.set(normalize(path), { ...entry, mode });
    },
    async remove(path) {
      for (const key of [normalize(path), ...below(normalize(path))]) entries.delete(key);
    },
    sha256: async (path) => createHash('sha256').update(file(path).bytes).digest('hex'),
    link(target, path) {
      makeParents(dirname(path));
      put(normalize(path), { kind: 'symlink', target });
    },
    texts() {
      const texts = [...entries].flatMap(([path, entry]) =>
        entry.kind === 'file' ? [[path, new TextDecoder().decode(entry.bytes)] as const] : [],
      );
      return Object.fromEntries(texts.toSorted(([a], [b]) => (a < b ? -1 : 1)));
    },
  };
  for (const [path, text] of Object.entries(initial)) write(join('/', path), bytesOf(text), 0o644);
  return fake;
}
