import { basename, dirname, join, relative, resolve } from 'node:path';
import { compareVersions } from '../../../domain/migration/version.ts';
import { ConfigError } from '../../../errors.ts';
import type { Files } from '../../../ports.ts';
import type { MigrationText } from '../../../stages/classify/input.ts';
import { type NamedScript, namedScript, scriptsInOrder } from './scripts-in-order.ts';

/** The migrations that were named, in their order, and those of the same folders that come before them. */
export interface NamedMigrations {
  readonly files: readonly MigrationText[];
  readonly before: readonly MigrationText[];
  /** Paths of named scripts of the other direction. */
  readonly leftOut: readonly string[];
}

export interface WantedMigrations {
  /** Files or folders; a folder stands for all of its scripts. */
  readonly names: readonly string[];
  /** Null: in the folders of what was named. */
  readonly earlierIn: string | null;
  /** Down scripts instead of up scripts. */
  readonly downs: boolean;
}

/**
 * Read migrations by the names of files or folders.
 *
 * Knows the file names of golang-migrate, dbmate and Flyway, and Prisma's folders (`X/migration.sql`). Before a down
 * script come all up scripts to its version, its own among them.
 * Throws ConfigError `FILES_MISSING` with every name that leads nowhere, or when no down script is among them.
 */
export async function findMigrations(
  wanted: WantedMigrations,
  directory: string,
  files: Files,
): Promise<NamedMigrations> {
  const named = await namedScripts(wanted, directory, files);
  const { direction, scripts, leftOut } = scriptsInOrder(named, wanted.downs);
  if (scripts.length === 0 && wanted.downs) {
    throw new ConfigError('FILES_MISSING', `there is no down script in ${wanted.names.join(', ')}`);
  }
  const chosen = new Set(scripts.map((one) => one.path));
  const first = scripts.find((one) => one.version !== null)?.version ?? null;
  const { earlierIn } = wanted;
  const folders = earlierIn === null ? [...new Set(scripts.map(folderOf))] : [resolve(directory, earlierIn)];
  const candidates = (await Promise.all(folders.map(async (folder) => await inFolder(folder, files)))).flat();
  const isBefore = ({ path, version }: NamedScript): boolean => {
    if (chosen.has(path) || version === null) return false;
    if (first === null) return earlierIn !== null;
    return compareVersions(version, first) < (direction === 'down' ? 1 : 0);
  };
  const before = scriptsInOrder(
    candidates.filter((one) => one.direction === 'up' && isBefore(one)),
    false,
  );
  const read = async (list: readonly NamedScript[]): Promise<readonly MigrationText[]> =>
    await Promise.all(
      list.map(async ({ path }) => ({ path: relative(directory, path), text: await files.readText(path) })),
    );
  return {
    files: await read(scripts),
    before: await read(before.scripts),
    leftOut: leftOut.map(({ path }) => relative(directory, path)),
  };
}

async function namedScripts(
  { names, downs }: WantedMigrations,
  directory: string,
  files: Files,
): Promise<readonly NamedScript[]> {
  const missing: string[] = [];
  const named: NamedScript[] = [];
  for (const name of names) {
    const path = resolve(directory, name);
    const stat = await files.stat(path);
    if (stat === null) missing.push(name);
    else if (stat.kind !== 'directory') named.push(namedScript(path));
    else named.push(...scriptsInOrder(await inFolder(path, files), downs).scripts);
  }
  if (missing.length > 0) {
    throw new ConfigError('FILES_MISSING', `there is no ${missing.join(', no ')}`, {
      problems: missing.map((path) => ({ path, message: 'is not there' })),
    });
  }
  return named;
}

function folderOf({ path }: NamedScript): string {
  return ['migration.sql', 'down.sql'].includes(basename(path)) ? dirname(dirname(path)) : dirname(path);
}

async function inFolder(folder: string, files: Files): Promise<readonly NamedScript[]> {
  const all: NamedScript[] = [];
  for (const name of await files.list(folder)) {
    const script = namedScript(join(folder, name));
    if (name.endsWith('.sql')) {
      if (script.version !== null) all.push(script);
      continue;
    }
    const inside = ['migration.sql', 'down.sql'].map((file) => join(folder, name, file));
    for (const path of inside) if (await files.exists(path)) all.push(namedScript(path));
  }
  return all;
}
