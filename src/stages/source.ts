import { ConfigError } from '../errors.ts';
import type { Repository } from '../ports.ts';

export interface Source {
  readonly commit: string;
  readonly branch: string | null;
}

/**
 * What a run starts from: a commit, with nothing beside it that somebody might expect to be shipped.
 *
 * Throws ConfigError `REPOSITORY_EMPTY`, `TREE_DIRTY`.
 */
export async function inspectSource(repository: Repository, allowDirty: boolean): Promise<Source> {
  const head = await repository.head();
  if (head === null) {
    throw new ConfigError('REPOSITORY_EMPTY', 'The repository has no commit yet.', {
      hint: 'Commit what is to be shipped.',
    });
  }
  const { paths, more } = await repository.dirtyPaths();
  if (paths.length > 0 && !allowDirty) {
    throw new ConfigError(
      'TREE_DIRTY',
      `The work tree has changes that are not committed: ${paths.join(', ')}${more ? ' and more' : ''}.`,
      {
        hint: 'Commit or stash them: a commit is built, not the work tree. --allow-dirty ships the commit as it is.',
      },
    );
  }
  return head;
}

/** Seconds since 1970 of a commit, for tools that make reproducible output. */
export async function commitEpoch(commit: string, repository: Repository): Promise<number> {
  const [record] = await repository.commits([commit]);
  return record === undefined ? 0 : Math.floor(Date.parse(record.committedAt) / 1000);
}
