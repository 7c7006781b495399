import { hasKey, tomlString, tomlTables, tomlValue } from './toml.ts';
import type { VersionFile } from './version-file.ts';

/** `version` of `[package]` and of `[workspace.package]`; `version.workspace = true` is none. */
export const cargoToml: VersionFile = {
  type: 'cargo',
  recognises: (name) => name === 'Cargo.toml',
  places: (text) =>
    tomlTables(text)
      .filter(({ name }) => name === 'package' || name === 'workspace.package')
      .map((table) => tomlString(text, table, 'version'))
      .filter((place) => place !== null),
};

/** The packages of this workspace in Cargo.lock (those without a source), or the named one. */
export const cargoLock: VersionFile = {
  type: 'cargo-lock',
  recognises: (name) => name === 'Cargo.lock',
  places: (text, { name: wanted }) =>
    tomlTables(text)
      .filter(({ name, isArray }) => isArray && name === 'package')
      .filter((table) => !hasKey(text, table, 'source'))
      .filter((table) => wanted === undefined || tomlValue(text, table, 'name') === wanted)
      .map((table) => tomlString(text, table, 'version'))
      .filter((place) => place !== null),
};
