import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FileChange, GitIdentity } from '../../ports.ts';
import { ConfigError } from '../../errors.ts';
import type { Git } from './run.ts';
import { must } from './run.ts';

/** Who makes release commits and tags when nobody is named: the same on every machine, so that a retry is equal. */
export const defaultIdentity: GitIdentity = { name: 'Fairway', email: 'fairway@fairway.invalid' };

/** Run with an index of our own, which is gone afterwards. */
async function withIndex<T>(work: (env: Readonly<Record<string, string>>) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'fairway-index-'));
  try {
    return await work({ GIT_INDEX_FILE: join(folder, 'index') });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Write the files of a commit below `prefix` into an empty folder, with the attributes that the commit itself has. */
export async function exportTree(git: Git, prefix: string, commit: string, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const folder = prefix === '' ? directory : await mkdtemp(join(dirname(directory), '.fairway-export-'));
  try {
    await withIndex(async (env) => {
      const options = { env: { ...env, GIT_WORK_TREE: folder }, timeoutMs: 600_000 };
      await must(git, ['-c', 'core.sparseCheckout=false', 'read-tree', commit], options);
      if (prefix === '') {
        await must(git, ['checkout-index', '--all', '--force', '--quiet'], options);
        return;
      }
      const listed = await must(git, ['ls-files', '-z', '--cached', '--full-name', '--', `${prefix}/`], options);
      await must(git, ['checkout-index', '--force', '--quiet', '-z', '--stdin'], { ...options, stdin: listed });
    });
    if (prefix === '') return;
    const from = join(folder, prefix);
    for (const name of await readdir(from).catch(() => [])) await rename(join(from, name), join(directory, name));
  } finally {
    if (prefix !== '') await rm(folder, { recursive: true, force: true });
  }
}

/** The raw date of a commit, in the form that git takes for a new one. */
async function dateOf(git: Git, commit: string): Promise<string> {
  return await must(git, ['show', '--no-patch', '--format=%cd', '--date=raw', commit]);
}

function people(identity: GitIdentity, date: string): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: identity.name,
    GIT_AUTHOR_EMAIL: identity.email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: identity.name,
    GIT_COMMITTER_EMAIL: identity.email,
    GIT_COMMITTER_DATE: date,
  };
}

/** A commit on top of `parent` made of git's plumbing; branch, index and work tree stay as they are. */
export async function commitOn(
  git: Git,
  parent: string,
  changes: readonly FileChange[],
  message: string,
  options: { readonly identity?: GitIdentity; readonly sign?: boolean } = {},
): Promise<string> {
  for (const { path } of changes) refuseUnsafe(path);
  const tree = await withIndex(async (env) => {
    await must(git, ['-c', 'core.sparseCheckout=false', 'read-tree', parent], { env });
    const modes = await modesOf(
      git,
      parent,
      changes.map((change) => change.path),
    );
    let lines = '';
    for (const change of changes) {
      if (change.content === null) {
        lines += `0 ${'0'.repeat(parent.length)}\t${change.path}\0`;
        continue;
      }
      const blob = await must(git, ['hash-object', '-w', '--stdin'], { stdin: change.content });
      lines += `${change.mode ?? modes.get(change.path) ?? '100644'} ${blob}\t${change.path}\0`;
    }
    await must(git, ['update-index', '-z', '--index-info'], { env, stdin: lines });
    return await must(git, ['write-tree'], { env });
  });
  const date = await dateOf(git, parent);
  const sign = options.sign === true ? ['-S'] : ['--no-gpg-sign'];
  return await must(git, ['commit-tree', ...sign, '-p', parent, '-F', '-', tree], {
    stdin: message.endsWith('\n') ? message : `${message}\n`,
    env: people(options.identity ?? defaultIdentity, date),
  });
}

/** What paths are in a commit; absent ones are left out. */
export async function modesOf(
  git: Git,
  commit: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (paths.length === 0) return new Map();
  const listed = await must(git, ['ls-tree', '-z', '--full-tree', commit, '--', ...paths]);
  const entries = listed.split('\0').filter((line) => line !== '');
  return new Map(entries.map((line) => [line.slice(line.indexOf('\t') + 1), line.slice(0, 6)]));
}

function refuseUnsafe(path: string): void {
  const bad = path === '' || path.startsWith('/') || path.split('/').some((part) => part === '..' || part === '.git');
  if (!bad && !path.includes('\0')) return;
  throw new ConfigError('PATH_OUTSIDE', `${path} does not lie in the repository.`, {
    hint: 'Name files relative to the top of the repository.',
  });
}

/** An annotated tag object for a commit, referenced by nothing yet. */
export async function tagObject(
  git: Git,
  name: string,
  commit: string,
  message: string,
  options: { readonly identity?: GitIdentity; readonly sign?: boolean } = {},
): Promise<string> {
  const identity = options.identity ?? defaultIdentity;
  const date = await dateOf(git, commit);
  const text = message.endsWith('\n') ? message : `${message}\n`;
  if (options.sign === true) return await signedTag(git, name, commit, text, people(identity, date));
  const header = `object ${commit}\ntype commit\ntag ${name}\ntagger ${identity.name} <${identity.email}> ${date}\n\n`;
  return await must(git, ['mktag', '--no-strict'], { stdin: header + text });
}

/** Only `git tag` signs; it needs a ref, so it gets one of our own for a moment. */
async function signedTag(
  git: Git,
  name: string,
  commit: string,
  message: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const existing = await git(['rev-parse', '--verify', '--quiet', `refs/tags/${name}`]);
  if (existing.exitCode === 0) return existing.stdout.toString('utf8').trim();
  await must(git, ['tag', '--sign', '--cleanup=verbatim', '-F', '-', '--', name, commit], {
    stdin: message,
    env,
    timeoutMs: 60_000,
  });
  const object = await must(git, ['rev-parse', '--verify', `refs/tags/${name}`]);
  await must(git, ['update-ref', '-d', `refs/tags/${name}`, object]);
  return object;
}
