import { stringAt } from './json.ts';
import type { Place, VersionFile } from './version-file.ts';

const present = (places: readonly (Place | null)[]): readonly Place[] => places.filter((place) => place !== null);

/** `version` of package.json, and of deno.json or composer.json, which look the same. */
export const packageJson: VersionFile = {
  type: 'package-json',
  recognises: (name) => name === 'package.json',
  places: (text) => present([stringAt(text, ['version'])]),
};

/** Both places of package-lock.json: the top, and the package at the root. */
export const packageLock: VersionFile = {
  type: 'package-lock',
  recognises: (name) => name === 'package-lock.json' || name === 'npm-shrinkwrap.json',
  places: (text) => present([stringAt(text, ['version']), stringAt(text, ['packages', '', 'version'])]),
};
