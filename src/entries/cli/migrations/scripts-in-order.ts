import { basename, dirname } from 'node:path';
import { readFileName } from '../../../domain/migration/file-name.ts';
import { compareVersions } from '../../../domain/migration/version.ts';

/** A file of migrations, as far as its name tells. */
export interface NamedScript {
  readonly path: string;
  /** Null when the name says nothing about an order. */
  readonly version: string | null;
  readonly direction: 'up' | 'down';
}

/** Prisma keeps each migration in a folder of its own, which has the name. */
export function namedScript(path: string): NamedScript {
  const folder = basename(dirname(path));
  const own = { 'migration.sql': `${folder}.sql`, 'down.sql': `${folder}.down.sql` }[basename(path)];
  const known = readFileName(own ?? basename(path));
  return known.kind === 'script'
    ? { path, version: known.version, direction: known.direction }
    : { path, version: null, direction: 'up' };
}

export interface OrderedScripts {
  readonly direction: 'up' | 'down';
  readonly scripts: readonly NamedScript[];
  /** Of the other direction. */
  readonly leftOut: readonly NamedScript[];
}

/**
 * Scripts of one direction in the order in which a runner takes them; what `*.sql` of a shell brings along is left out.
 *
 * Up scripts, unless downs are wanted or nothing else is there; downs run from the highest version to the lowest.
 * Names without a version keep their order, behind the others.
 */
export function scriptsInOrder(named: readonly NamedScript[], downsWanted: boolean): OrderedScripts {
  const once = [...new Map(named.map((one) => [one.path, one])).values()];
  const isDown = downsWanted || (once.length > 0 && once.every((one) => one.direction === 'down'));
  const direction = isDown ? 'down' : 'up';
  const scripts = once.filter((one) => one.direction === direction);
  const ordered = scripts.toSorted(isDown ? (a, b) => byVersion(a, b, -1) : (a, b) => byVersion(a, b, 1));
  return { direction, scripts: ordered, leftOut: once.filter((one) => one.direction !== direction) };
}

function byVersion(a: NamedScript, b: NamedScript, sign: 1 | -1): number {
  if (a.version === null || b.version === null) return Number(a.version === null) - Number(b.version === null);
  return sign * compareVersions(a.version, b.version);
}
