import type { ProcessIdentity } from '../../ports.ts';
import type { DatabasePorts } from '../database.ts';

/**
 * Folders that end with the process that made them: its identity is their name, so that none is ever without an owner.
 */
export function temporaryName(ports: Pick<DatabasePorts, 'host' | 'random'>): string {
  const { pid, startedAt, bootId } = ports.host.self;
  return ['tmp', String(pid), encodeURIComponent(startedAt), encodeURIComponent(bootId), ports.random(6)].join('_');
}

/** Who made a folder of that name; null when it is none of ours. */
export function ownerOf(name: string): ProcessIdentity | null {
  const [prefix, pid, startedAt, bootId, random] = name.split('_');
  if (prefix !== 'tmp' || pid === undefined || startedAt === undefined || bootId === undefined || !random) return null;
  return { pid: Number(pid), startedAt: decodeURIComponent(startedAt), bootId: decodeURIComponent(bootId) };
}

/** Names in a folder whose maker is gone. */
export async function abandoned(
  directory: string,
  ports: Pick<DatabasePorts, 'files' | 'daemons'>,
): Promise<readonly { readonly name: string; readonly owner: ProcessIdentity }[]> {
  const names = await ports.files.list(directory);
  return names.flatMap((name) => {
    const owner = ownerOf(name);
    return owner === null || ports.daemons.isAlive(owner) ? [] : [{ name, owner }];
  });
}
