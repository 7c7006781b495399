import { InternalError } from '../../errors.ts';
import type { TargetContext } from '../target.ts';

/** What the target keeps of one release. */
export function releaseFiles({ directory }: TargetContext, releaseId: string) {
  if (!/^[0-9A-Za-z][0-9A-Za-z._-]*$/.test(releaseId)) {
    throw new InternalError('BAD_RELEASE_ID', `"${releaseId}" cannot be the name of a folder`);
  }
  const folder = `${directory}/releases/${releaseId}`;
  return {
    folder,
    tree: `${folder}/tree`,
    /** A copy that is not whole or not verified yet. */
    partial: `${folder}/tree.partial`,
    /** Holds the digest of the tree, once it is whole. */
    prepared: `${folder}/prepared.json`,
    log: (process: string) => `${folder}/logs/${process}.log`,
    /** Where a process listens; written before it starts. */
    address: (process: string) => `${folder}/run/${process}.address.json`,
    identity: (process: string) => `${folder}/run/${process}.identity.json`,
  };
}
