import type { VersionFile } from './version-file.ts';

const assignment = /^__version__[ \t]*(?::[ \t]*[\w.[\]]+[ \t]*)?=[ \t]*(["'])([^"'\r\n]*)\1/gm;

/** `__version__ = "1.2.3"` at the beginning of a line, in the form that builds of Python read. */
export const pythonModule: VersionFile = {
  type: 'python-module',
  recognises: (name) => name === '__init__.py' || name === '_version.py' || name === '__version__.py',
  places: (text) =>
    [...text.matchAll(assignment)].map((match) => {
      const to = match.index + match[0].length - 1;
      return { from: to - (match[2] ?? '').length, to, form: 'pep440' as const };
    }),
};
