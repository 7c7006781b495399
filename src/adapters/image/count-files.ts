import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageArchives } from '../../ports.ts';

/** Count by names alone: no file is looked at, so that even a million of them takes seconds. */
export const countFiles: ImageArchives['countFiles'] = async (folder, isLeftOut) => {
  const below = new Map<string, number>();
  let files = 0;
  const waiting: string[] = [''];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const entries: readonly Dirent[] = await readdir(join(folder, path), { withFileTypes: true });
    for (const entry of entries) {
      const own = path === '' ? entry.name : `${path}/${entry.name}`;
      if (isLeftOut(own)) continue;
      if (entry.isDirectory()) {
        waiting.push(own);
        continue;
      }
      files += 1;
      const top = own.includes('/') ? (own.split('/')[0] ?? '.') : '.';
      below.set(top, (below.get(top) ?? 0) + 1);
    }
  }
  const folders = Array.from(below, ([path, count]) => ({ path, files: count }));
  return { files, folders: folders.toSorted((a, b) => b.files - a.files) };
};
