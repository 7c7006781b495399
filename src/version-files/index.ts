import { packageJson, packageLock } from './package-json.ts';
import type { VersionFile } from './version-file.ts';

/** The registry: a new kind of file is one file and one line in each of these two. */
export const versionFiles: readonly VersionFile[] = [packageJson, packageLock];

export const versionFileTypes = ['package-json', 'package-lock'] as const;
