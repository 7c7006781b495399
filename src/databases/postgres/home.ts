import type { ServerPrograms } from '../../ports.ts';
import type { DatabasePorts } from '../database.ts';

/** The user that every server of ours is administered with. */
export const administrator = 'fairway';
/** Owns the databases of an application and nothing else. */
export const ownerRole = 'app';

/**
 * How a server names its data directory, its working directory being that very directory.
 *
 * As root the server runs as another user, who may not pass the folders above (a home is 0700): through
 * `/proc/self/cwd` he needs no way in.
 */
export function dataPath(
  directory: string,
  programs: Pick<ServerPrograms, 'version'>,
  ports: Pick<DatabasePorts, 'host'>,
): string {
  const { runAs, platform } = ports.host;
  return runAs !== null && platform === 'linux' && !needsWayIn(programs, ports) ? '/proc/self/cwd' : directory;
}

/** Before version 16 its programs leave their working directory as they start, and must get back there by its path. */
export function needsWayIn(
  { version }: Pick<ServerPrograms, 'version'>,
  { host }: Pick<DatabasePorts, 'host'>,
): boolean {
  return host.runAs !== null && Number.parseInt(version, 10) < 16;
}

/** Give a tree to the user that the server runs as; nothing to do when that is us. */
export async function give(path: string, ports: Pick<DatabasePorts, 'host' | 'exec'>): Promise<void> {
  const { runAs } = ports.host;
  if (runAs === null) return;
  const argv = ['chown', '-R', `${runAs.uid}:${runAs.gid}`, path] as const;
  const result = await ports.exec.run({ argv, timeoutMs: 60_000 });
  if (result.exitCode !== 0) throw new Error(`chown ${path}: ${result.stderr.trim()}`);
}

/**
 * Copy a data directory for the user that the server runs as.
 *
 * A thousand small files: where `cp` can keep owners and share blocks it takes a fraction of doing it one by one.
 */
export async function copyData(
  from: string,
  to: string,
  ports: Pick<DatabasePorts, 'host' | 'exec' | 'files'>,
): Promise<void> {
  if (ports.host.platform === 'linux') {
    const argv = ['cp', '--archive', '--reflink=auto', '--no-target-directory', from, to] as const;
    const result = await ports.exec.run({ argv, timeoutMs: 600_000 });
    if (result.exitCode === 0) return;
    if (/No space left|quota/i.test(result.stderr)) throw new Error(result.stderr.trim());
    await ports.files.remove(to);
  }
  await ports.files.copyTree(from, to);
  await give(to, ports);
}

/** The ids as a command or a daemon takes them. */
export function ids(ports: Pick<DatabasePorts, 'host'>): { readonly uid?: number; readonly gid?: number } {
  return ports.host.runAs ?? {};
}
