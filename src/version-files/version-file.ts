import { ConfigError } from '../errors.ts';
import { fromPep440, toPep440 } from './pep440.ts';

/** A file that carries the version of the project. Pure text in, text out: the difference is only the version. */
export interface VersionFile {
  readonly type: string;
  /** True when a file of this name is one of these, so that it is found without configuration. */
  recognises(name: string): boolean;
  /** Where the version stands; empty when the file carries none. Every place must hold the same. */
  places(text: string, options: VersionFileOptions): readonly Place[];
}

export interface VersionFileOptions {
  /** For messages. */
  readonly path: string;
  /** What `regex` looks for. */
  readonly pattern?: string | undefined;
  /** Name of the package, where a file lists many (lock files). */
  readonly name?: string | undefined;
}

/** Offsets of a version in a text. */
export interface Place {
  readonly from: number;
  readonly to: number;
  /** How the version is written there; default: as it is. */
  readonly form?: 'plain' | 'major' | 'major-minor' | 'pep440';
  /** Follows the version, but may have said something else before (`appVersion` of a chart). */
  readonly follows?: boolean;
}

/** The version that a file carries, or null. Throws ConfigError `VERSION_FILE_DISAGREES` when its places differ. */
export function readVersion(file: VersionFile, text: string, options: VersionFileOptions): string | null {
  const found = new Set(
    file
      .places(text, options)
      .filter(({ form, follows }) => form !== 'major' && form !== 'major-minor' && follows !== true)
      .map(({ from, to, form }) => (form === 'pep440' ? fromPep440(text.slice(from, to)) : text.slice(from, to))),
  );
  const [first, second] = found;
  if (second === undefined) return first ?? null;
  throw new ConfigError('VERSION_FILE_DISAGREES', `${options.path} says both ${first ?? ''} and ${second}.`, {
    hint: 'Make them agree, or name the place with type: regex and a pattern that matches once.',
  });
}

/** The text with another version; nothing else of it changes. Throws ConfigError `VERSION_FILE_EMPTY` without a place. */
export function writeVersion(file: VersionFile, text: string, version: string, options: VersionFileOptions): string {
  const places = file.places(text, options).toSorted((a, b) => b.from - a.from);
  if (places.length === 0) {
    throw new ConfigError('VERSION_FILE_EMPTY', `${options.path} carries no version that ${file.type} could change.`, {
      hint: 'Write a version into it, or take it out of release.files.',
    });
  }
  return places.reduce(
    (before, { from, to, form }) => before.slice(0, from) + written(version, form) + before.slice(to),
    text,
  );
}

function written(version: string, form: Place['form']): string {
  const [major = '', minor = ''] = version.split('.');
  if (form === 'major') return major;
  if (form === 'pep440') return toPep440(version);
  return form === 'major-minor' ? `${major}.${minor}` : version;
}
