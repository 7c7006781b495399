import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Whole or not at all, also after a power cut; missing folders on the way are made. Default mode: 0644 less the umask. */
export async function writeAtomic(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${basename(path).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', mode ?? 0o644);
    try {
      if (mode !== undefined) await file.chmod(mode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(folder);
}

/** On disk when it resolves. A new file is readable for its owner only; missing folders on the way are made. */
export async function appendDurable(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'a', 0o600);
  const { size } = await file.stat();
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
  if (size === 0) await syncDirectory(dirname(path));
}

/** Names in a folder are durable only when the folder itself was synced. */
export async function syncDirectory(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
