import semver from 'semver';
import type { Message } from '../commits/message.ts';
import type { Level } from './level.ts';
import type { PlannedCommit } from './range.ts';
import type { Refusal } from './refusals.ts';
import type { ReleaseSettings } from './settings.ts';

/** What a person asks for beyond the commits. */
export interface ReleaseWishes {
  /** At least this level; `major` is also the way from 0.x to 1.0.0. */
  readonly level?: Exclude<Level, 'none'> | undefined;
  /** Exactly this version. */
  readonly version?: string | undefined;
}

/** A version that somebody named: on the command line, or in the newest `Release-As:` footer of the range. */
export function askedVersion(
  wishes: ReleaseWishes,
  commits: readonly PlannedCommit[],
  settings: ReleaseSettings,
): { readonly version: string; readonly refusal: Refusal | null } | null {
  const commit = commits.find(({ message, cancelledBy }) => cancelledBy === undefined && releaseAs(message) !== null);
  const text = wishes.version ?? (commit === undefined ? null : releaseAs(commit.message));
  if (text === null) return null;
  const plain = text.startsWith(settings.tagPrefix) ? text.slice(settings.tagPrefix.length) : text;
  const version = semver.valid(plain) === plain ? plain : null;
  if (version !== null) return { version, refusal: null };
  const place = wishes.version === undefined ? `Release-As of ${commit?.sha.slice(0, 7)}` : '--release-as';
  return {
    version: text,
    refusal: {
      code: 'VERSION_INVALID',
      message: `${place}: ${JSON.stringify(text)} is no version.`,
      hint: 'Write it as MAJOR.MINOR.PATCH, such as 2.0.0.',
    },
  };
}

const releaseAs = (message: Message): string | null =>
  message.footers.find(({ token }) => token.toLowerCase() === 'release-as')?.value.trim() ?? null;

export function levelBetween(from: string, to: string): Level {
  if (semver.valid(to) === null) return 'none';
  const a = new semver.SemVer(from);
  const b = new semver.SemVer(to);
  return a.major !== b.major ? 'major' : a.minor !== b.minor ? 'minor' : 'patch';
}
