import type { DatabasePorts } from '../database.ts';
import { give, ids } from '../postgres/home.ts';
import { abandoned, temporaryName } from '../postgres/temporary.ts';
import type { MariadbPrograms } from './programs.ts';
import { mariadbTrouble } from './server.ts';

/** As root the server runs as another user, who cannot pass a home of 0700, and MariaDB insists on real paths. */
const sharedCache = '/var/cache/fairway';

/** Where servers that are thrown away and initialised data directories lie: `servers` and `templates`. */
export function mariadbShelf(cacheDirectory: string, { host }: Pick<DatabasePorts, 'host'>): string {
  return `${host.runAs === null ? cacheDirectory : sharedCache}/mariadb`;
}

/** A folder that everybody may pass, and the one above it. */
export async function openFolder(path: string, { files }: Pick<DatabasePorts, 'files'>): Promise<string> {
  for (const one of [path.slice(0, path.lastIndexOf('/')), path]) await files.makeDirectory(one, 0o755);
  return path;
}

/** The initialised data directory for this version, made once; it appears by one rename. */
export async function mariadbTemplate(
  programs: MariadbPrograms,
  cacheDirectory: string,
  ports: DatabasePorts,
): Promise<string> {
  const shelf = await openFolder(`${mariadbShelf(cacheDirectory, ports)}/templates`, ports);
  const done = `${shelf}/${programs.version}-1`;
  if (await ports.files.exists(done)) return done;
  const temporary = `${shelf}/${temporaryName(ports)}`;
  for (const left of await abandoned(shelf, ports)) await ports.files.remove(`${shelf}/${left.name}`);
  await ports.files.makeDirectory(temporary, 0o700);
  await give(temporary, ports);
  const result = await ports.exec.run({
    argv: [
      programs.install,
      '--no-defaults',
      `--datadir=${temporary}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
      '--innodb-log-file-size=4M',
      '--aria-log-file-size=8M',
    ],
    cwd: temporary,
    timeoutMs: 120_000,
    ...ids(ports),
  });
  if (result.exitCode !== 0) {
    await ports.files.remove(temporary);
    throw mariadbTrouble(`initialising MariaDB ${programs.version}`, result.stderr || result.stdout, shelf);
  }
  // Another client may have been faster; then its directory is as good as ours.
  await ports.files.rename(temporary, done).catch(async () => await ports.files.remove(temporary));
  return done;
}
