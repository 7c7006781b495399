import type { Config } from '../../config/schema.ts';
import type { ChangelogSection } from '../../domain/release/changelog.ts';
import { addToChangelog } from '../../domain/release/changelog.ts';
import type { Links } from '../../domain/release/links.ts';
import type { PlannedFile } from '../../domain/release/plan.ts';
import { ConfigError } from '../../errors.ts';
import type { FileChange, Repository } from '../../ports.ts';
import { versionFiles } from '../../version-files/index.ts';
import type { VersionFile } from '../../version-files/version-file.ts';
import { readVersion, writeVersion } from '../../version-files/version-file.ts';

export interface ReleaseFiles {
  readonly files: readonly PlannedFile[];
  readonly changes: readonly FileChange[];
}

/** What a release commit on top of `commit` changes: the changelog and the files that carry the version. */
export async function releaseFiles(
  commit: string,
  section: ChangelogSection,
  settings: Config['release'],
  links: Links | null,
  repository: Repository,
): Promise<ReleaseFiles> {
  const files: PlannedFile[] = [];
  const changes: FileChange[] = [];
  for (const { file, path, options, isExplicit } of await wanted(commit, settings, repository)) {
    const text = await repository.readFile(commit, path);
    if (text === null) {
      if (!isExplicit) continue;
      throw new ConfigError('VERSION_FILE_MISSING', `${path} is not in ${commit.slice(0, 10)}.`, {
        hint: 'Commit it, or take it out of release.files.',
      });
    }
    if (!isExplicit && file.places(text, options).length === 0) continue;
    const from = versionIn(file, text, options, isExplicit);
    if (from === undefined) continue;
    files.push({ path, type: file.type, from, to: section.version });
    const content = writeVersion(file, text, section.version, options);
    if (content !== text) changes.push({ path, content });
  }
  if (settings.changelog !== null) {
    const path = below(repository.prefix, settings.changelog);
    const text = await repository.readFile(commit, path);
    const content = addToChangelog(text, section, { format: settings.format, links });
    files.push({ path, type: 'changelog', from: null, to: section.version });
    if (content !== text) changes.push({ path, content });
  }
  return { files, changes };
}

/** Undefined: a file that was only found, and whose places disagree (a workspace of several versions), is left alone. */
function versionIn(
  file: VersionFile,
  text: string,
  options: WantedFile['options'],
  isExplicit: boolean,
): string | null | undefined {
  try {
    return readVersion(file, text, options);
  } catch (error) {
    if (isExplicit || !(error instanceof ConfigError)) throw error;
    return undefined;
  }
}

interface WantedFile {
  readonly file: VersionFile;
  readonly path: string;
  readonly options: { readonly path: string; readonly pattern?: string; readonly name?: string };
  readonly isExplicit: boolean;
}

async function wanted(
  commit: string,
  settings: Config['release'],
  repository: Repository,
): Promise<readonly WantedFile[]> {
  if (settings.files === 'auto') return await found(commit, repository);
  return settings.files.map((entry): WantedFile => {
    const { path, type, pattern, name } = { type: undefined, pattern: undefined, name: undefined, ...entry };
    const base = path.split('/').at(-1) ?? path;
    const file = versionFiles.find((kind) => (type === undefined ? kind.recognises(base) : kind.type === type));
    if (file === undefined) {
      throw new ConfigError('VERSION_FILE_UNKNOWN', `release.files: how the version stands in ${path} is not known.`, {
        hint: `Name its type: ${versionFiles.map((kind) => kind.type).join(', ')}.`,
      });
    }
    const options = { path, ...(pattern === undefined ? {} : { pattern }), ...(name === undefined ? {} : { name }) };
    return { file, path: below(repository.prefix, path), options, isExplicit: true };
  });
}

/** The files beside fairway.yml whose names are known. */
async function found(commit: string, repository: Repository): Promise<readonly WantedFile[]> {
  const folder = repository.prefix === '' ? '' : `${repository.prefix}/`;
  const names = (await repository.listFiles(commit))
    .filter((path) => path.startsWith(folder) && !path.slice(folder.length).includes('/'))
    .map((path) => path.slice(folder.length));
  return names.flatMap((name) =>
    versionFiles
      .filter((file) => file.recognises(name))
      .map((file) => ({ file, path: folder + name, options: { path: name }, isExplicit: false })),
  );
}

export function below(prefix: string, path: string): string {
  const parts: string[] = [];
  for (const part of `${prefix}/${path}`.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) {
        throw new ConfigError('PATH_OUTSIDE', `${path} does not lie in the repository.`, {
          hint: 'Name files of the repository.',
        });
      }
    } else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
