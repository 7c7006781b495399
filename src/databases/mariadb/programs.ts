import { EnvironmentError } from '../../errors.ts';
import type { DatabasePorts } from '../database.ts';

export interface MariadbPrograms {
  /** `10.11.19`. */
  readonly version: string;
  readonly server: string;
  readonly install: string;
}

const servers = [
  '/usr/sbin/mariadbd',
  '/usr/local/sbin/mariadbd',
  '/usr/libexec/mariadbd',
  '/usr/bin/mariadbd',
  '/opt/homebrew/bin/mariadbd',
];
const installers = [
  '/usr/bin/mariadb-install-db',
  '/usr/local/bin/mariadb-install-db',
  '/opt/homebrew/bin/mariadb-install-db',
];

/** The MariaDB that the system has; its own instance is never touched. Throws EnvironmentError `MARIADB_MISSING`. */
export async function mariadbPrograms(ports: Pick<DatabasePorts, 'files' | 'exec'>): Promise<MariadbPrograms> {
  const first = async (paths: readonly string[]): Promise<string> => {
    for (const path of paths) if (await ports.files.exists(path)) return path;
    throw new EnvironmentError('MARIADB_MISSING', `MariaDB is not installed: none of ${paths.join(', ')} is there`, {
      hint: 'install it (Debian: apt-get install --no-install-recommends mariadb-server), or name a server by its URL',
    });
  };
  const server = await first(servers);
  const { stdout } = await ports.exec.run({ argv: [server, '--no-defaults', '--version'], timeoutMs: 10_000 });
  const version = /Ver (\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? 'unknown';
  return { version, server, install: await first(installers) };
}
