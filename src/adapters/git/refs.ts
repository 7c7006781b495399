import type { RefUpdate, RemoteRef, TagRecord } from '../../ports.ts';
import { ConfigError, EnvironmentError } from '../../errors.ts';
import type { Git } from './run.ts';
import { lastLine, must } from './run.ts';

const tagFormat = '%(refname)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)';

/** Every tag that names a commit, in one pass. */
export async function readTags(git: Git): Promise<readonly TagRecord[]> {
  const listed = await must(git, ['for-each-ref', `--format=${tagFormat}`, 'refs/tags']);
  const tags: TagRecord[] = [];
  for (const line of listed.split('\n')) {
    const [ref = '', type, object = '', peeledType, peeled = ''] = line.split('\0');
    const name = ref.slice('refs/tags/'.length);
    if (type === 'commit') tags.push({ name, commit: object, object });
    else if (peeledType === 'commit') tags.push({ name, commit: peeled, object });
    else if (peeledType === 'tag') {
      const commit = await resolve(git, ref);
      if (commit !== null) tags.push({ name, commit, object });
    }
  }
  return tags;
}

/** Local refs by the pattern that `remoteRefs` takes. */
export async function localRefs(git: Git, pattern: string): Promise<readonly RemoteRef[]> {
  const format = '%(refname)%00%(objectname)%00%(*objectname)';
  const fixed = pattern.slice(0, pattern.search(/[*]|$/)).replace(/\/[^/]*$/, '');
  const listed = await must(git, ['for-each-ref', `--format=${format}`, fixed === '' ? 'refs' : fixed]);
  const wanted = wholeName(pattern);
  return listed
    .split('\n')
    .map((line) => line.split('\0'))
    .filter(([ref = '']) => wanted.test(ref))
    .map(([ref = '', object = '', peeled = '']) => ({ ref, object, commit: peeled === '' ? object : peeled }));
}

/** A pattern in which `*` stands for anything, `/` included. */
export function wholeName(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

/** The commit that a revision names, or null. */
export async function resolve(git: Git, revision: string): Promise<string | null> {
  if (revision === '' || /[\0\n]/.test(revision)) return null;
  const run = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
  return run.exitCode === 0 ? run.stdout.toString('utf8').trim() : null;
}

/** Refuse what git itself would not take as a name, before it can be read as anything else. */
export async function checkRefName(git: Git, ref: string): Promise<void> {
  const run = ref.startsWith('refs/') ? await git(['check-ref-format', ref]) : { exitCode: 1 };
  if (run.exitCode === 0) return;
  throw new ConfigError('REF_NAME', `${JSON.stringify(ref)} is no valid name of a ref.`, {
    hint: 'Check release.tagPrefix and the name of the branch against git check-ref-format.',
  });
}

/** Move local refs, all or none. */
export async function updateRefs(git: Git, updates: readonly RefUpdate[]): Promise<void> {
  if (updates.length === 0) return;
  for (const { ref } of updates) await checkRefName(git, ref);
  const run = await git(['update-ref', '--stdin', '-z', '--create-reflog'], {
    stdin: updates.map(instruction).join(''),
  });
  if (run.exitCode === 0) return;
  throw new EnvironmentError(
    'REF_MOVED',
    `${updates.map(({ ref }) => ref).join(', ')} did not move.${lastLine(run.stderr)}`,
    {
      hint: 'Somebody else moved it in the meantime: run the same command again, it starts from what is there now.',
    },
  );
}

function instruction({ ref, to, expected }: RefUpdate): string {
  if (to === null) return `delete ${ref}\0${expected ?? ''}\0`;
  if (expected === null) return `create ${ref}\0${to}\0`;
  return `update ${ref}\0${to}\0${expected ?? ''}\0`;
}

/** Bring a branch forward; where it is checked out, index and clean files go with it. */
export async function fastForward(git: Git, top: string, branch: string, to: string): Promise<void> {
  const ref = `refs/heads/${branch}`;
  await checkRefName(git, ref);
  const from = await resolve(git, ref);
  if (from === to) return;
  if (from !== null && (await git(['merge-base', '--is-ancestor', from, to])).exitCode !== 0) {
    throw new EnvironmentError(
      'BRANCH_MOVED',
      `${branch} is at ${from.slice(0, 10)}, which ${to.slice(0, 10)} does not contain.`,
      {
        hint: 'The branch moved on: bring it up to date and run the same command again.',
      },
    );
  }
  const head = await git(['symbolic-ref', '--quiet', 'HEAD']);
  if (head.exitCode === 0 && head.stdout.toString('utf8').trim() === ref) {
    await moveCheckedOut(git, branch, to);
    return;
  }
  await refuseOtherWorktree(git, top, ref);
  await updateRefs(git, [{ ref, to, expected: from }]);
}

async function moveCheckedOut(git: Git, branch: string, to: string): Promise<void> {
  const run = await git(['merge', '--ff-only', '--quiet', '--no-verify-signatures', '--no-autostash', '--no-stat', to]);
  if (run.exitCode === 0) return;
  const files = run.stderr
    .split('\n')
    .filter((line) => line.startsWith('\t'))
    .map((line) => line.trim());
  throw new EnvironmentError(
    'WORK_TREE_IN_THE_WAY',
    `${branch} stays where it is: ${files.length === 0 ? lastLine(run.stderr).trim() : `uncommitted changes in ${files.join(', ')}`}.`,
    { hint: `Commit or put them away, then: git merge --ff-only ${to}` },
  );
}

async function refuseOtherWorktree(git: Git, top: string, ref: string): Promise<void> {
  const listed = await must(git, ['worktree', 'list', '--porcelain']);
  const other = listed.split('\n\n').find((entry) => entry.split('\n').includes(`branch ${ref}`));
  if (other === undefined) return;
  const place = other.split('\n')[0]?.replace(/^worktree /, '') ?? top;
  throw new EnvironmentError('BRANCH_IN_USE', `${ref.slice('refs/heads/'.length)} is checked out in ${place}.`, {
    hint: 'Run the command there.',
  });
}
