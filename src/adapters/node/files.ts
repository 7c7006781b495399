import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, readFile, readlink, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Files, FileStat } from '../../ports.ts';
import { copyTree } from './copy-tree.ts';
import { appendDurable, syncDirectory, writeAtomic } from './durable.ts';

/** Files up to this size are hashed in one piece, which is faster than a stream. */
const smallBytes = 1024 * 1024;

/** The file system of this machine; links are never followed by `exists`, `stat` and `remove`. */
export function nodeFiles(): Files {
  return {
    exists: async (path) => (await statOf(path)) !== null,
    stat: statOf,
    readText: async (path) => await readFile(path, 'utf8'),
    readBytes: async (path) => await readFile(path),
    readTail,
    writeAtomic,
    appendDurable,
    async makeDirectory(path, mode) {
      await mkdir(path, { recursive: true, ...(mode === undefined ? {} : { mode }) });
      if (mode !== undefined) await chmod(path, mode);
    },
    list,
    readLink: async (path) => await readlink(path),
    copyTree,
    async rename(from, to) {
      await rename(from, to);
      await syncDirectory(dirname(to));
    },
    setMode: async (path, mode) => await chmod(path, mode),
    remove,
    sha256,
  };
}

async function statOf(path: string): Promise<FileStat | null> {
  try {
    const stat = await lstat(path);
    return { kind: kindOf(stat), size: stat.size, mode: stat.mode & 0o7777 };
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

function kindOf(stat: Awaited<ReturnType<typeof lstat>>): FileStat['kind'] {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  return stat.isSymbolicLink() ? 'symlink' : 'other';
}

/** ENOTDIR: a file stands where a folder on the way was looked for. */
function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

async function readTail(path: string, bytes: number): Promise<string> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (isAbsent(error)) return null;
    throw error;
  });
  if (file === null) return '';
  try {
    const { size } = await file.stat();
    const wanted = Math.min(size, bytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted), 0, wanted, size - wanted);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function list(path: string): Promise<readonly string[]> {
  try {
    return (await readdir(path)).toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function remove(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await openFolders(path);
    await rm(path, { recursive: true, force: true });
  }
}

/** Build tools leave folders without write permission (Go's module cache): nothing in them can be deleted. */
async function openFolders(path: string): Promise<void> {
  if ((await statOf(path))?.kind !== 'directory') return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await openFolders(join(path, name));
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  const stat = await lstat(path);
  if (stat.isFile() && stat.size <= smallBytes) return hash.update(await readFile(path)).digest('hex');
  await pipeline(createReadStream(path, { highWaterMark: smallBytes }), hash);
  return hash.digest('hex');
}
