import type { FileStat, ServerPrograms } from '../../ports.ts';
import type { DatabasePorts } from '../database.ts';
import { needsWayIn } from './home.ts';
import { abandoned, temporaryName } from './temporary.ts';
import { trouble } from './trouble.ts';

/** Where root copies programs to when its own cache lies below a home that nobody else may enter. */
const sharedCache = '/var/cache/fairway';

/**
 * Server programs that the server's user can reach: where npm put them, or else a copy that is made once.
 *
 * Throws EnvironmentError `POSTGRES_MISSING`, `DISK_FULL`.
 */
export async function reachablePrograms(cacheDirectory: string, ports: DatabasePorts): Promise<ServerPrograms> {
  const programs = await ports.host.embeddedPostgres();
  if (ports.host.runAs === null || (await isReachable(`${programs.directory}/bin/postgres`, ports))) return programs;
  await ports.files.makeDirectory(cacheDirectory);
  const cache = (await isReachable(cacheDirectory, ports)) ? cacheDirectory : sharedCache;
  const shelf = `${cache}/postgres/programs`;
  const directory = `${shelf}/${programs.version}`;
  if (!(await ports.files.exists(directory))) await copyOut(programs.directory, shelf, directory, ports);
  return { version: programs.version, directory };
}

/**
 * Where servers that are thrown away and initialised data directories lie, and the mode of the folders above the data.
 */
export async function postgresShelf(
  cacheDirectory: string,
  programs: ServerPrograms,
  ports: DatabasePorts,
): Promise<{ readonly directory: string; readonly mode: number }> {
  if (!needsWayIn(programs, ports)) return { directory: `${cacheDirectory}/postgres`, mode: 0o700 };
  await ports.files.makeDirectory(cacheDirectory);
  const directory = `${(await isReachable(cacheDirectory, ports)) ? cacheDirectory : sharedCache}/postgres`;
  for (const path of [directory.slice(0, directory.lastIndexOf('/')), directory]) {
    await ports.files.makeDirectory(path, 0o755);
  }
  return { directory, mode: 0o755 };
}

async function copyOut(from: string, shelf: string, to: string, ports: DatabasePorts): Promise<void> {
  const temporary = `${shelf}/${temporaryName(ports)}`;
  try {
    for (const path of [shelf.slice(0, shelf.lastIndexOf('/')), shelf]) await ports.files.makeDirectory(path, 0o755);
    for (const left of await abandoned(shelf, ports)) await ports.files.remove(`${shelf}/${left.name}`);
    await ports.files.copyTree(from, temporary);
    await ports.files.setMode(temporary, 0o755);
    await ports.files.rename(temporary, to);
  } catch (error) {
    await ports.files.remove(temporary);
    if (!(await ports.files.exists(to))) throw trouble('copying the PostgreSQL programs', shelf, error);
  }
}

/** Everybody may pass each folder above, and read or pass the path itself. */
export async function isReachable(path: string, ports: Pick<DatabasePorts, 'files'>): Promise<boolean> {
  const parts = path.split('/');
  for (let end = parts.length; end > 1; end -= 1) {
    const stat: FileStat | null = await ports.files.stat(parts.slice(0, end).join('/'));
    if (stat === null || (stat.mode & 0o001) === 0) return false;
  }
  return true;
}
