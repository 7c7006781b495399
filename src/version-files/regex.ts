import { ConfigError } from '../errors.ts';
import type { VersionFile } from './version-file.ts';

/** Any file, by an expression with one group that matches exactly once. Throws ConfigError `VERSION_PATTERN`. */
export const regex: VersionFile = {
  type: 'regex',
  recognises: () => false,
  places(text, { path, pattern }) {
    if (pattern === undefined)
      throw wrong(path, 'has no pattern', 'Give an expression with one group, such as VERSION = "(.*)".');
    const found = [...text.matchAll(compile(path, pattern))];
    const [match] = found;
    if (match === undefined)
      throw wrong(path, `the pattern ${pattern} matches nothing`, 'Look at the file of the commit that is released.');
    if (found.length > 1)
      throw wrong(path, `the pattern ${pattern} matches ${found.length} times`, 'Make it match exactly once.');
    const range = match.indices?.[1];
    if (range === undefined)
      throw wrong(path, `the pattern ${pattern} has no group`, 'Put the version in parentheses.');
    return [{ from: range[0], to: range[1] }];
  },
};

function compile(path: string, pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'dgm');
  } catch (cause) {
    throw new ConfigError('VERSION_PATTERN', `release.files: ${path}: ${pattern} is no regular expression.`, {
      hint: 'Write it as JavaScript does, without slashes.',
      cause,
    });
  }
}

const wrong = (path: string, message: string, hint: string): ConfigError =>
  new ConfigError('VERSION_PATTERN', `release.files: ${path}: ${message}.`, { hint });
