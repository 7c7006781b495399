import { tomlString, tomlTables } from './toml.ts';
import type { VersionFile } from './version-file.ts';

/** `version` of `[project]` and of `[tool.poetry]`. A version that the build finds out (`dynamic`) is none. */
export const pyproject: VersionFile = {
  type: 'pyproject',
  recognises: (name) => name === 'pyproject.toml',
  places: (text) =>
    tomlTables(text)
      .filter(({ name }) => name === 'project' || name === 'tool.poetry')
      .map((table) => tomlString(text, table, 'version'))
      .filter((place) => place !== null),
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
      .map((table) => tomlString(text, table, 'version'))
      .filter((place) => place !== null),
};
