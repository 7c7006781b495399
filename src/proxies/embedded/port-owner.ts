import type { Files } from '../../ports.ts';

/**
 * Which process listens on a port of this machine, as a short text; null when the system does not tell us.
 *
 * Linux tells it of the processes of this user: /proc/net/tcp names the socket, and their open files lead to it.
 */
export async function portOwner(port: number, files: Files): Promise<string | null> {
  const inode = listeningInode(await read(files, '/proc/net/tcp'), port);
  if (inode === null) return null;
  for (const pid of (await files.list('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (!(await holds(pid, `socket:[${inode}]`, files))) continue;
    const command = (await read(files, `/proc/${pid}/cmdline`)).replaceAll('\0', ' ').trim();
    return `process ${pid} (${command.length > 80 ? `${command.slice(0, 80)}...` : command})`;
  }
  return null;
}

/** Lines such as `0: 0100007F:1F90 00000000:0000 0A ... 40213`: address and port in hex, state 0A listens. */
export function listeningInode(table: string, port: number): string | null {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  for (const line of table.split('\n')) {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state === '0A' && local.endsWith(`:${hexPort}`)) return inode ?? null;
  }
  return null;
}

async function holds(pid: string, link: string, files: Files): Promise<boolean> {
  try {
    for (const name of await files.list(`/proc/${pid}/fd`)) {
      if ((await files.readLink(`/proc/${pid}/fd/${name}`)) === link) return true;
    }
  } catch {
    // It ended meanwhile, or belongs to another user.
  }
  return false;
}

async function read(files: Files, path: string): Promise<string> {
  try {
    return await files.readText(path);
  } catch {
    return '';
  }
}
