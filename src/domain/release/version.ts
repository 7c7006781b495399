import semver from 'semver';
import type { Level } from './level.ts';
import type { ReleaseSettings } from './settings.ts';

/** The version that a tag names, or null when it is not `<prefix>X.Y.Z[-pre]`. */
export function versionOfTag(tag: string, prefix: string): string | null {
  if (!tag.startsWith(prefix)) return null;
  const version = tag.slice(prefix.length);
  if (plain.test(version)) return version;
  // semver also reads "v1.0.0" and "=1.0.0"; a tag must say exactly the version.
  return semver.valid(version) === version ? version : null;
}

/** Repositories have thousands of tags, and almost all are plain: those need no parser. */
const plain = /^(?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,8})\.(?:0|[1-9]\d{0,8})$/;

export function compareVersions(a: string, b: string): number {
  if (!plain.test(a) || !plain.test(b)) return semver.compare(a, b);
  const [x, y] = [a.split('.'), b.split('.')];
  for (let at = 0; at < 3; at += 1) {
    const difference = Number(x[at]) - Number(y[at]);
    if (difference !== 0) return difference;
  }
  return 0;
}

export const isPrerelease = (version: string): boolean => version.includes('-');
/** `1.4.0-rc.2` -> `1.4.0`. */
export const stablePart = (version: string): string => version.split(/[-+]/)[0] ?? version;

export function highestVersion(versions: Iterable<string>): string | null {
  let best: string | null = null;
  for (const version of versions) if (best === null || compareVersions(version, best) > 0) best = version;
  return best;
}

/** Lowest version first; thousands of plain ones are compared as numbers. */
export function byVersion<T extends { readonly version: string }>(all: readonly T[]): readonly T[] {
  const keyed = all.map((one) => {
    const [major = 0, minor = 0, patch = 0] = plain.test(one.version) ? one.version.split('.').map(Number) : [];
    return { one, key: plain.test(one.version) ? [major, minor, patch] : null };
  });
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return semver.compare(a.one.version, b.one.version);
    const at = [0, 1, 2].find((part) => a.key?.[part] !== b.key?.[part]);
    return at === undefined ? 0 : (a.key[at] ?? 0) - (b.key[at] ?? 0);
  });
  return keyed.map(({ one }) => one);
}

/** What a level means for a version: below 1.0.0 two switches decide, and 1.0.0 itself is never reached by accident. */
export function effectiveLevel(level: Level, current: string, zero: ReleaseSettings['zero']): Level {
  if (semver.major(current) > 0) return level;
  if (level === 'major') return zero.breaking;
  if (level === 'minor') return zero.feature;
  return level;
}

/** The stable version after `current` at an effective level. */
export function raise(current: string, level: Exclude<Level, 'none'>): string {
  const { major, minor, patch } = new semver.SemVer(stablePart(current));
  if (level === 'major') return `${major + 1}.0.0`;
  if (level === 'minor') return `${major}.${minor + 1}.0`;
  return `${major}.${minor}.${patch + 1}`;
}

const channels = ['alpha', 'beta', 'rc'] as const;

/**
 * The next prerelease on a channel, strictly above every version that the line has.
 *
 * `base` is where the pending changes lead from the last stable version; a prerelease that is
 * already above it keeps its own base. Null when a higher channel was already used for that base.
 */
export function nextPrerelease(
  base: string,
  channel: (typeof channels)[number],
  existing: readonly string[],
): string | null {
  const prereleases = existing.filter(isPrerelease);
  const highestBase = highestVersion([base, ...prereleases.map(stablePart)]) ?? base;
  const ofBase = prereleases.filter((version) => stablePart(version) === highestBase);
  const number = ofBase
    .map((version) => semver.prerelease(version) ?? [])
    .filter(([name]) => name === channel)
    .reduce((most, [, n]) => (typeof n === 'number' && n > most ? n : most), 0);
  const next = `${highestBase}-${channel}.${number + 1}`;
  return ofBase.every((version) => semver.gt(next, version)) ? next : null;
}
