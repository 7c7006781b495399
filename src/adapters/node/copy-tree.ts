import { constants } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, readdir, readlink, symlink, utimes } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';

/** Copies at once: as many as Node has threads for the file system. */
const width = 4;

/**
 * Copy a file, link or tree to a path that holds nothing of the same name yet; modes, times and links are kept as they are.
 *
 * Copy-on-write where the file system can. Throws for sockets, devices and pipes, and when `to` lies inside `from`.
 */
export async function copyTree(from: string, to: string): Promise<void> {
  const below = relative(from, to);
  if (below === '' || !(below === '..' || below.startsWith('../'))) {
    throw new Error(`cannot copy ${from} into itself (${to})`);
  }
  await mkdir(join(to, '..'), { recursive: true });
  await copyEntry(from, to);
}

async function copyEntry(from: string, to: string): Promise<void> {
  const stat = await lstat(from);
  if (stat.isSymbolicLink()) {
    await symlink(await readlink(from), to);
  } else if (stat.isDirectory()) {
    await mkdir(to, { recursive: true, mode: 0o700 });
    await copyChildren(from, to);
    await chmod(to, stat.mode & 0o7777);
    await utimes(to, stat.atime, stat.mtime);
  } else if (stat.isFile()) {
    await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    await chmod(to, stat.mode & 0o7777);
    await utimes(to, stat.atime, stat.mtime);
  } else {
    throw new Error(`cannot copy ${from}: ${basename(from)} is a socket, a device or a pipe`);
  }
}

async function copyChildren(from: string, to: string): Promise<void> {
  const names = (await readdir(from)).values();
  const copyOn = async (): Promise<void> => {
    for (const name of names) await copyEntry(join(from, name), join(to, name));
  };
  await Promise.all(Array.from({ length: width }, copyOn));
}
