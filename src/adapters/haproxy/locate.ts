import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Debian puts servers where the PATH of a user does not look. */
const serverFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/opt/homebrew/sbin', '/opt/homebrew/bin'];

/** The absolute path of a server program; null when it is nowhere. */
export async function locateProgram(program: string, path: string): Promise<string | null> {
  const folders = program.includes('/') ? [''] : [...path.split(delimiter), ...serverFolders];
  for (const folder of folders) {
    const file = join(folder, program);
    if (await isProgram(file)) return file;
  }
  return null;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
