import { realpathSync } from 'node:fs';
import type { Repository } from '../../ports.ts';
import { ConfigError } from '../../errors.ts';
import { readLog } from './history.ts';
import { fastForward, localRefs, readTags, resolve, updateRefs } from './refs.ts';
import { fetchRefs, hasRemote, push, remoteRefs, remoteUrl } from './remote.ts';
import type { Environment, Git } from './run.ts';
import { gitIn, lastLine, must } from './run.ts';
import { commitOn, exportTree, modesOf, tagObject } from './trees.ts';

/**
 * The repository that a folder lies in, through git itself.
 *
 * Throws ConfigError `NOT_A_REPOSITORY` (also for a bare one) and `REPOSITORY_EMPTY` when it has no commit yet.
 */
export async function openRepository(directory: string, env: Environment): Promise<Repository> {
  const asked = ['--show-toplevel', '--absolute-git-dir', '--show-prefix', 'HEAD^{commit}'];
  const place = await gitIn(directory, env)(['rev-parse', ...asked]);
  const [top = '', gitDirectory = '', prefix = ''] = place.stdout.toString('utf8').split('\n');
  if (top === '') throw notARepository(directory, place.stderr);
  if (place.exitCode !== 0) {
    throw new ConfigError('REPOSITORY_EMPTY', `The repository in ${top} has no commit yet.`, {
      hint: 'Make the first one: git add . && git commit -m "feat: first version"',
    });
  }
  // The folder may be reached by a link; git tells the real place, and our callers compare paths.
  const git = gitIn(realpathSync(top), env, { GIT_DIR: gitDirectory, GIT_WORK_TREE: realpathSync(top) });
  return repository(git, realpathSync(top), prefix.replace(/\/$/, ''));
}

function notARepository(directory: string, stderr: string): ConfigError {
  if (/dubious ownership/.test(stderr)) {
    return new ConfigError('GIT_FOREIGN_OWNER', `git refuses ${directory}: it belongs to another user.`, {
      hint: `Run: git config --global --add safe.directory "${directory}"`,
    });
  }
  return new ConfigError(
    'NOT_A_REPOSITORY',
    `${directory} is not in the work tree of a git repository.${lastLine(stderr)}`,
    {
      hint: 'Go to your project, or make it one: git init && git add . && git commit -m "feat: first version"',
    },
  );
}

function repository(git: Git, top: string, prefix: string): Repository {
  return {
    top,
    prefix,
    async head() {
      const run = await git(['rev-parse', 'HEAD^{commit}', '--symbolic-full-name', 'HEAD']);
      const [commit = '', ref = ''] = run.stdout.toString('utf8').split('\n');
      if (run.exitCode !== 0) return null;
      return { commit, branch: ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : null };
    },
    dirtyPaths: async () => await dirtyPaths(git),
    isShallow: async () => (await must(git, ['rev-parse', '--is-shallow-repository'])) === 'true',
    resolve: async (revision) => await resolve(git, revision),
    isAncestor: async (older, newer) => (await git(['merge-base', '--is-ancestor', older, newer])).exitCode === 0,
    history: async ({ from, to, onCommit }) =>
      await readLog(
        git,
        [],
        [...(typeof to === 'string' ? [to] : to), ...from.map((commit) => `^${commit}`)],
        onCommit,
      ),
    commits: async (shas) =>
      shas.length === 0 ? [] : await readLog(git, ['--no-walk=unsorted', '--ignore-missing'], shas),
    patchIds: async (shas) => await patchIds(git, shas),
    tags: async () => await readTags(git),
    readFile: async (commit, path) => await readFile(git, commit, path),
    listFiles: async (commit) =>
      (await must(git, ['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit]))
        .split('\0')
        .filter((path) => path !== ''),
    modes: async (commit, paths) => await modesOf(git, commit, paths),
    exportTree: async (commit, directory) => await exportTree(git, prefix, commit, directory),
    commitOn: async (parent, changes, message, options) => await commitOn(git, parent, changes, message, options),
    tagObject: async (name, commit, message, options) => await tagObject(git, name, commit, message, options),
    updateRefs: async (updates) => await updateRefs(git, updates),
    fastForward: async (branch, to) => await fastForward(git, top, branch, to),
    async setting(key) {
      const run = await git(['config', '--get', key]);
      return run.exitCode === 0 ? run.stdout.toString('utf8').trim() : null;
    },
    refs: async (pattern) => await localRefs(git, pattern),
    hasRemote: async (remote) => await hasRemote(git, remote),
    remoteUrl: async (remote) => await remoteUrl(git, remote),
    remoteRefs: async (remote, patterns) => await remoteRefs(git, remote, patterns),
    fetch: async (remote, refs, options) => await fetchRefs(git, remote, refs, options),
    push: async (remote, updates) => await push(git, remote, updates),
  };
}

const shown = 20;

async function dirtyPaths(git: Git): Promise<{ readonly paths: readonly string[]; readonly more: boolean }> {
  const status = await must(git, [
    'status',
    '--porcelain=v1',
    '-z',
    '--untracked-files=normal',
    '--no-renames',
    '--ignore-submodules=untracked',
  ]);
  const paths = status
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => entry.slice(3));
  return { paths: paths.slice(0, shown), more: paths.length > shown };
}

async function patchIds(git: Git, shas: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (shas.length === 0) return new Map();
  const patches = await git(
    ['diff-tree', '--stdin', '--patch', '--no-ext-diff', '--no-textconv', '--no-color', '--root'],
    {
      stdin: shas.map((sha) => `${sha}\n`).join(''),
      timeoutMs: 300_000,
    },
  );
  const named = await git(['patch-id', '--stable'], { stdin: patches.stdout });
  const lines = named.stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]));
}

async function readFile(git: Git, commit: string, path: string): Promise<string | null> {
  const run = await git(['cat-file', 'blob', `${commit}:${path}`]);
  if (run.exitCode !== 0) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(run.stdout);
  } catch (cause) {
    throw new ConfigError('FILE_NOT_TEXT', `${path} is not UTF-8 text.`, {
      hint: 'Convert it, or take it out of the files that the release changes.',
      cause,
    });
  }
}
