import type { RefUpdate, RemoteRef } from '../../ports.ts';
import { ConfigError, EnvironmentError } from '../../errors.ts';
import type { Git } from './run.ts';
import { lastLine, must, withoutCredentials } from './run.ts';
import { checkRefName, wholeName } from './refs.ts';

const networkMs = 180_000;

export async function hasRemote(git: Git, remote: string): Promise<boolean> {
  return (await must(git, ['remote'])).split('\n').includes(remote);
}

export async function remoteUrl(git: Git, remote: string): Promise<string | null> {
  const run = await git(['remote', 'get-url', '--', remote]);
  return run.exitCode === 0 ? withoutCredentials(run.stdout.toString('utf8').trim()) : null;
}

async function insist(git: Git, remote: string): Promise<void> {
  if (await hasRemote(git, remote)) return;
  throw new ConfigError('NO_REMOTE', `The repository has no remote ${JSON.stringify(remote)}.`, {
    hint: 'Name one in release.remote, or add it with git remote add.',
  });
}

/** Refs of the remote whose whole name matches a pattern, with the commit behind annotated tags. */
export async function remoteRefs(git: Git, remote: string, patterns: readonly string[]): Promise<readonly RemoteRef[]> {
  await insist(git, remote);
  const run = await git(['ls-remote', '--quiet', '--', remote, ...patterns.flatMap((p) => [p, `${p}^{}`])], {
    timeoutMs: networkMs,
  });
  if (run.exitCode !== 0) throw unreachable(remote, run.stderr);
  const wanted = patterns.map(wholeName);
  const refs = new Map<string, RemoteRef>();
  for (const line of run.stdout.toString('utf8').split('\n')) {
    const [object = '', name = ''] = line.split('\t');
    const ref = name.endsWith('^{}') ? name.slice(0, -3) : name;
    if (!wanted.some((pattern) => pattern.test(ref))) continue;
    const known = refs.get(ref);
    refs.set(
      ref,
      ref === name ? { ref, commit: object, object } : { ref, commit: object, object: known?.object ?? object },
    );
  }
  return [...refs.values()];
}

function unreachable(remote: string, stderr: string): EnvironmentError {
  const denied = /Authentication failed|could not read Username|Permission denied|403|401/.test(stderr);
  return new EnvironmentError(
    denied ? 'REMOTE_DENIED' : 'REMOTE_UNREACHABLE',
    `The remote ${remote} ${denied ? 'refuses us' : 'gave no answer'}.${lastLine(stderr)}`,
    {
      hint: denied
        ? 'Check the credentials: in GitHub Actions the job needs permissions: contents: write.'
        : 'Check the network and the address of the remote, then run the same command again.',
    },
  );
}

export async function fetchRefs(
  git: Git,
  remote: string,
  refs: readonly string[],
  options: { readonly depth?: number; readonly withoutTrees?: boolean } = {},
): Promise<void> {
  await insist(git, remote);
  const run = await git(
    [
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-recurse-submodules',
      ...(options.depth === undefined ? [] : [`--depth=${options.depth}`]),
      ...(options.withoutTrees === true ? ['--filter=tree:0'] : []),
      '--',
      remote,
      ...refs,
    ],
    { timeoutMs: 600_000 },
  );
  if (run.exitCode !== 0) throw unreachable(remote, run.stderr);
}

/** Push exactly these refs, all or none; `expected` is a lease on what the remote holds now. */
export async function push(git: Git, remote: string, updates: readonly RefUpdate[]): Promise<void> {
  if (updates.length === 0) return;
  await insist(git, remote);
  for (const { ref } of updates) await checkRefName(git, ref);
  const leases = updates.flatMap(({ ref, expected }) =>
    expected === undefined ? [] : [`--force-with-lease=${ref}:${expected ?? ''}`],
  );
  const run = await git(
    [
      'push',
      '--atomic',
      '--porcelain',
      '--quiet',
      '--no-verify',
      '--no-follow-tags',
      '--recurse-submodules=no',
      '--no-signed',
      ...leases,
      '--',
      remote,
      ...updates.map(({ ref, to }) => `${to ?? ''}:${ref}`),
    ],
    { timeoutMs: networkMs },
  );
  if (run.exitCode !== 0) throw refused(remote, run.stdout.toString('utf8'), run.stderr);
}

function refused(remote: string, stdout: string, stderr: string): EnvironmentError {
  const rejected = stdout
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.split('\t').slice(1).join(' '));
  if (rejected.length === 0 && !/rejected|GH0|pre-receive|protected/.test(stderr)) return unreachable(remote, stderr);
  const said = stderr
    .split('\n')
    .filter((line) => line.startsWith('remote:'))
    .map((line) => line.slice('remote:'.length).trim())
    .filter((line) => line !== '')
    .slice(0, 6);
  const reason = /stale info|fetch first|non-fast-forward|already exists|cannot lock ref/.test(stdout)
    ? 'moved'
    : /GH0|protected|pre-receive|hook declined|prohibited/.test(stdout + stderr)
      ? 'protected'
      : 'refused';
  const hints = {
    moved: 'Somebody pushed in the meantime: run the same command again, it starts from what the remote holds now.',
    protected:
      'A rule of the remote forbids it: allow this token in the ruleset, or let the version change go by pull request.',
    refused: 'Run the same command again; nothing was pushed, a push is all or nothing.',
  };
  return new EnvironmentError(
    'PUSH_REJECTED',
    withoutCredentials(`${remote} took none of the refs: ${[...rejected, ...said].join('; ')}.`),
    { hint: hints[reason], facts: { reason } },
  );
}
