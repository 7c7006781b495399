import { ownerOf, temporaryName as nameFor } from '../../domain/temporary-name.ts';
import type { ProcessIdentity } from '../../ports.ts';
import type { DatabasePorts } from '../database.ts';

/** A folder that is ours for as long as this process lives. */
export function temporaryName({ host, random }: Pick<DatabasePorts, 'host' | 'random'>): string {
  return nameFor(host.self, random(6));
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
