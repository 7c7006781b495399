import semver from 'semver';

/** Where releases come from: the main line, or a maintenance branch that holds a range of versions. */
export interface Line {
  /** `main`, or the name of the range: `1.x`, `1.4.x`. */
  readonly name: string;
  /** Versions from `lowest` up to, and without, `end`; null on the main line. */
  readonly range: { readonly lowest: string; readonly end: string } | null;
}

/** The line of a branch: `1.x`, `v1.4.x`, `release/1.x` and the like are maintenance branches, all others the main line. */
export function lineOf(branch: string | null): Line {
  const match = /^(?:.*\/)?v?(0|[1-9]\d*)(?:\.(0|[1-9]\d*))?\.x$/.exec(branch ?? '');
  if (match === null) return { name: 'main', range: null };
  const major = Number(match[1]);
  if (match[2] === undefined) return { name: `${major}.x`, range: { lowest: `${major}.0.0`, end: `${major + 1}.0.0` } };
  const minor = Number(match[2]);
  return {
    name: `${major}.${minor}.x`,
    range: { lowest: `${major}.${minor}.0`, end: `${major}.${minor + 1}.0` },
  };
}

/** A prerelease of the end of a range belongs to the next one: 2.0.0-rc.1 is no 1.x. */
export function holds(line: Line, version: string): boolean {
  const { range } = line;
  if (range === null) return true;
  const stable = version.split('-')[0] ?? version;
  return semver.gte(stable, range.lowest) && semver.lt(stable, range.end);
}

/** The branch where a version may be released. */
export function legalBranch(line: Line, version: string): string {
  const { major } = new semver.SemVer(version);
  const [own] = line.name.split('.');
  return line.name.split('.').length === 3 && own === String(major) ? `${major}.x or main` : 'main';
}
