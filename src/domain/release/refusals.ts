import semver from 'semver';
import { highest } from './level.ts';
import type { Line } from './lines.ts';
import { holds, legalBranch } from './lines.ts';
import type { PlannedCommit } from './range.ts';
import type { ReleaseSettings } from './settings.ts';
import type { VersionTag } from './tags.ts';

/** Why nothing may be released, and what to do. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Why a version cannot be the next one of a line; null when it can. */
export function collision(
  next: string,
  current: VersionTag | null,
  versions: readonly VersionTag[],
  line: Line,
  commits: readonly PlannedCommit[],
): Refusal | null {
  const taken = versions.find(({ version }) => version === next);
  if (taken !== undefined) {
    return {
      code: 'VERSION_TAKEN',
      message: `The next version would be ${next}, but ${taken.tag} already stands on ${taken.commit.slice(0, 10)}, which this branch does not contain.`,
      hint: 'Merge that commit, or name another version with --release-as.',
    };
  }
  if (current !== null && !semver.gt(next, current.version)) {
    return {
      code: 'VERSION_NOT_HIGHER',
      message: `${next} is not higher than ${current.version}, which this branch already contains.`,
      hint: `Name a version above ${current.version}.`,
    };
  }
  if (holds(line, next)) return null;
  const cause = commits.find(({ level }) => level === highest(commits.map((commit) => commit.level)));
  return {
    code: 'RELEASE_OUT_OF_LINE',
    message: `${cause === undefined ? 'The request' : `${cause.sha.slice(0, 7)} "${cause.header}"`} makes ${next}, and the line ${line.name} ends before ${line.range?.end ?? ''}.`,
    hint: `Release it from ${legalBranch(line, next)}, and revert it here.`,
  };
}

export function strayRefusal(line: Line, stray: VersionTag): Refusal {
  return {
    code: 'RELEASE_OUT_OF_LINE',
    message: `The branch of ${line.name} contains ${stray.tag} (${stray.commit.slice(0, 10)}), which belongs to a later line.`,
    hint: 'A later line was merged into this one: make the branch again from its last release, and pick the fixes.',
  };
}

export function channelRefusal(settings: ReleaseSettings, current: string): Refusal {
  return {
    code: 'CHANNEL_LOWER',
    message: `A prerelease "${settings.channel ?? ''}" would be lower than ${current}.`,
    hint: 'Channels only go up: alpha, beta, rc, stable.',
  };
}

/** Notes without a line although commits ask for a release: a fault of ours or of the configuration, never a release. */
export function emptyNotes(notes: string, commits: readonly PlannedCommit[]): Refusal | null {
  const releasable = commits.filter(({ level }) => level !== 'none').length;
  if (notes !== '' || releasable === 0) return null;
  return {
    code: 'NOTES_EMPTY',
    message: `${releasable} commits ask for a release, but none of them gives a line of notes.`,
    hint: 'This is a fault of the configuration or of Fairway: nothing was tagged. See fairway release explain.',
  };
}
