import { tomlString, tomlTables } from './toml.ts';
import type { Place, VersionFile } from './version-file.ts';

/** Python's tools write and compare prereleases in a form of their own. */
const inPep440 = (place: Place | null): readonly Place[] => (place === null ? [] : [{ ...place, form: 'pep440' }]);

/** `version` of `[project]` and of `[tool.poetry]`. A version that the build finds out (`dynamic`) is none. */
export const pyproject: VersionFile = {
  type: 'pyproject',
  recognises: (name) => name === 'pyproject.toml',
  places: (text) =>
    tomlTables(text)
      .filter(({ name }) => name === 'project' || name === 'tool.poetry')
      .flatMap((table) => inPep440(tomlString(text, table, 'version'))),
};

/** The project itself in uv.lock: the package that lies in this folder. */
export const uvLock: VersionFile = {
  type: 'uv-lock',
  recognises: (name) => name === 'uv.lock',
  places: (text) =>
    tomlTables(text)
      .filter(({ name, isArray, from, to }) => {
        const source = /(^|\n)[ \t]*source[ \t]*=[ \t]*\{[ \t]*(?:virtual|editable|directory)[ \t]*=[ \t]*"\."/;
        return isArray && name === 'package' && source.test(text.slice(from, to));
      })
      .flatMap((table) => inPep440(tomlString(text, table, 'version'))),
};
