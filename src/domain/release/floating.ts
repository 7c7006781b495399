import semver from 'semver';
import { compareVersions, isPrerelease } from './version.ts';

export interface FloatingMove {
  readonly tag: string;
  /** Version that it stands on now; null when it is new, or stands on none. */
  readonly from: string | null;
}

/**
 * The floating tags (`v1`, `v1.4`) that a version moves: stable versions only, forward only, in its own line only.
 *
 * `standing` tells which version each existing floating tag stands on; one that stands on no version of ours is
 * somebody else's and stays.
 */
export function floatingMoves(
  version: string,
  kinds: readonly ('major' | 'minor')[],
  prefix: string,
  standing: ReadonlyMap<string, string | null>,
  all: readonly string[],
): { readonly moves: readonly FloatingMove[]; readonly left: readonly string[] } {
  if (isPrerelease(version)) return { moves: [], left: [] };
  const { major, minor } = new semver.SemVer(version);
  const moves: FloatingMove[] = [];
  const left: string[] = [];
  for (const kind of kinds) {
    const tag = kind === 'major' ? `${prefix}${major}` : `${prefix}${major}.${minor}`;
    const inLine = (other: string): boolean => {
      const parsed = new semver.SemVer(other);
      return parsed.major === major && (kind === 'major' || parsed.minor === minor);
    };
    const newer = all.find((other) => !isPrerelease(other) && inLine(other) && compareVersions(other, version) > 0);
    const from = standing.get(tag);
    if (newer !== undefined) left.push(`${tag} stays: ${newer} is newer than ${version}.`);
    else if (from === version) continue;
    else if (from === null) left.push(`${tag} stays: it stands on no release of this repository.`);
    else if (from !== undefined && compareVersions(from, version) > 0) left.push(`${tag} stays on ${from}.`);
    else moves.push({ tag, from: from ?? null });
  }
  return { moves, left };
}
