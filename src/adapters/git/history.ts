import type { CommitRecord } from '../../ports.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Git, GitOptions } from './run.ts';
import { lastLine } from './run.ts';

/** Every field and every record ends with NUL, which no part of a commit can hold. */
const format = '--format=%H %P%x00%an%x00%cI%x00%B';
const fields = 4;

/**
 * Read commits from one `git log`, while git still writes.
 *
 * `revisions` are object names, one a line on standard input, so that none is taken for an option.
 */
export async function readLog(
  git: Git,
  options: readonly string[],
  revisions: readonly string[],
  onCommit: (commit: CommitRecord) => void = () => {},
): Promise<readonly CommitRecord[]> {
  const commits: CommitRecord[] = [];
  const decoder = new TextDecoder('utf-8');
  let rest: string[] = [''];
  const take = (text: string) => {
    const parts = text.split('\0');
    parts[0] = (rest.pop() ?? '') + (parts[0] ?? '');
    const all = rest.concat(parts);
    const whole = all.length - 1 - ((all.length - 1) % fields);
    for (let at = 0; at < whole; at += fields) {
      const commit = record(all, at);
      commits.push(commit);
      onCommit(commit);
    }
    rest = all.slice(whole);
  };
  const run: GitOptions = {
    stdin: revisions.map((revision) => `${revision}\n`).join(''),
    timeoutMs: 600_000,
    onChunk: (chunk) => take(decoder.decode(chunk, { stream: true })),
  };
  const result = await git(
    [
      'log',
      '-z',
      '--no-color',
      '--no-decorate',
      '--no-notes',
      '--no-mailmap',
      '--encoding=UTF-8',
      format,
      ...options,
      '--stdin',
    ],
    run,
  );
  take(decoder.decode());
  if (result.exitCode !== 0) {
    throw new EnvironmentError('GIT_HISTORY', `The history cannot be read.${lastLine(result.stderr)}`, {
      hint: 'Objects are missing or broken: run git fsck, or clone the repository again.',
    });
  }
  return commits;
}

function record(parts: readonly string[], at: number): CommitRecord {
  const [sha = '', ...parents] = (parts[at] ?? '').trimEnd().split(' ');
  return {
    sha,
    parents,
    authorName: parts[at + 1] ?? '',
    committedAt: parts[at + 2] ?? '',
    message: parts[at + 3] ?? '',
  };
}
