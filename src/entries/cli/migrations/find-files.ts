import { basename, dirname, join, relative, resolve } from 'node:path';
import { readFileName } from '../../../domain/migration/file-name.ts';
import { compareVersions } from '../../../domain/migration/version.ts';
import { ConfigError } from '../../../errors.ts';
import type { Files } from '../../../ports.ts';
import type { MigrationText } from '../../../stages/classify/input.ts';

interface Found {
  readonly path: string;
  /** Null when the name says nothing about an order. */
  readonly version: string | null;
}

/** The migrations that were named, in their order, and those of the same folders that come before them. */
export interface NamedMigrations {
  readonly files: readonly MigrationText[];
  readonly before: readonly MigrationText[];
}

/**
 * Read migrations by the names of files or folders; a folder stands for all of its up scripts.
 *
 * Knows the file names of golang-migrate, dbmate and Flyway, and Prisma's folders (`X/migration.sql`).
 * Throws ConfigError `FILES_MISSING` with every name that leads nowhere.
 */
export async function findMigrations(
  names: readonly string[],
  earlierIn: string | null,
  directory: string,
  files: Files,
): Promise<NamedMigrations> {
  const missing: string[] = [];
  const named: Found[] = [];
  for (const name of names) {
    const path = resolve(directory, name);
    const stat = await files.stat(path);
    if (stat === null) missing.push(name);
    else if (stat.kind === 'directory') named.push(...(await inFolder(path, files)));
    else named.push(found(path));
  }
  if (missing.length > 0) {
    throw new ConfigError('FILES_MISSING', `there is no ${missing.join(', no ')}`, {
      problems: missing.map((path) => ({ path, message: 'is not there' })),
    });
  }
  const chosen = new Set(named.map((one) => one.path));
  const first = named.find((one) => one.version !== null)?.version ?? null;
  const folders = earlierIn === null ? [...new Set(named.map(folderOf))] : [resolve(directory, earlierIn)];
  const candidates = (await Promise.all(folders.map(async (folder) => await inFolder(folder, files)))).flat();
  const before = candidates.filter(
    (one) =>
      !chosen.has(one.path) &&
      one.version !== null &&
      (first === null ? earlierIn !== null : compareVersions(one.version, first) < 0),
  );
  const read = async (list: readonly Found[]): Promise<readonly MigrationText[]> =>
    await Promise.all(
      list.toSorted(byVersion).map(async ({ path }) => ({
        path: relative(directory, path),
        text: await files.readText(path),
      })),
    );
  return { files: await read(named), before: await read(before) };
}

function found(path: string): Found {
  const name = basename(path) === 'migration.sql' ? `${basename(dirname(path))}.sql` : basename(path);
  const known = readFileName(name);
  return { path, version: known.kind === 'script' && known.direction === 'up' ? known.version : null };
}

/** Prisma keeps each migration in a folder of its own. */
function folderOf({ path }: Found): string {
  return basename(path) === 'migration.sql' ? dirname(dirname(path)) : dirname(path);
}

async function inFolder(folder: string, files: Files): Promise<readonly Found[]> {
  const all: Found[] = [];
  for (const name of await files.list(folder)) {
    const path = join(folder, name);
    if (await files.exists(join(path, 'migration.sql'))) all.push(found(join(path, 'migration.sql')));
    else if (name.endsWith('.sql') && found(path).version !== null) all.push(found(path));
  }
  return all;
}

/** Files without a version keep the order in which they were named. */
function byVersion(a: Found, b: Found): number {
  return a.version === null || b.version === null ? 0 : compareVersions(a.version, b.version);
}
