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
  const all = await wanted(commit, settings, repository);
  const changelog = settings.changelog === null ? null : below(repository.prefix, settings.changelog);
  const named = [...all.map(({ path }) => path), ...(changelog === null ? [] : [changelog])];
  const real = await realPaths(commit, named, repository);
  /** What each file says by now: one may be named twice, and a link is the file that it leads to. */
  const texts = new Map<string, { readonly before: string | null; readonly now: string | null }>();
  const textOf = async (path: string) => {
    const known = texts.get(path);
    if (known !== undefined) return known;
    const before = await repository.readFile(commit, path);
    return { before, now: before };
  };
  for (const { file, path: asked, options, isExplicit } of all) {
    const path = real.get(asked);
    if (path === undefined && isExplicit) throw outside(asked);
    if (path === undefined || (!isExplicit && path !== asked && named.includes(path))) continue;
    const { before, now: text } = await textOf(path);
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
    texts.set(path, { before, now: writeVersion(file, text, section.version, options) });
  }
  if (changelog !== null) {
    const path = real.get(changelog);
    if (path === undefined) throw outside(changelog);
    const { before, now } = await textOf(path);
    files.push({ path, type: 'changelog', from: null, to: section.version });
    texts.set(path, { before, now: addToChangelog(now, section, { format: settings.format, links }) });
  }
  const changes = [...texts].flatMap(([path, { before, now }]) => (now === before ? [] : [{ path, content: now }]));
  return { files, changes };
}

const mostLinks = 8;

/** Where symbolic links lead: they stay, and the file behind them is changed. Those that lead out of the repository are left out. */
async function realPaths(
  commit: string,
  paths: readonly string[],
  repository: Repository,
): Promise<ReadonlyMap<string, string>> {
  const real = new Map(paths.map((path) => [path, path]));
  for (let hop = 0; hop <= mostLinks; hop += 1) {
    const modes = await repository.modes(commit, [...new Set(real.values())]);
    const links = [...real].filter(([, at]) => modes.get(at) === '120000');
    if (links.length === 0) break;
    for (const [path, at] of links) {
      const target = (await repository.readFile(commit, at)) ?? '/';
      const next = target.startsWith('/') ? null : within(at.split('/').slice(0, -1).join('/'), target);
      if (next === null || hop === mostLinks) real.delete(path);
      else real.set(path, next);
    }
  }
  return real;
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

/** A path below a folder of the repository, from its top. Throws ConfigError `PATH_OUTSIDE`. */
export function below(prefix: string, path: string): string {
  const found = within(prefix, path);
  if (found === null) throw outside(path);
  return found;
}

function within(prefix: string, path: string): string | null {
  const parts: string[] = [];
  for (const part of `${prefix}/${path}`.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return null;
    } else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

const outside = (path: string): ConfigError =>
  new ConfigError('PATH_OUTSIDE', `${path} does not lie in the repository.`, { hint: 'Name files of the repository.' });
