import type { ReleaseHistory } from '../../src/domain/release/decide.ts';
import type { ReleaseSettings } from '../../src/domain/release/settings.ts';
import type { CommitRecord, TagRecord } from '../../src/ports.ts';

/** The name of the n-th commit that a test makes: 40 digits that tell their number. */
export const shaOf = (n: number): string => n.toString(16).padStart(8, '0').repeat(5);

export const defaultSettings: ReleaseSettings = {
  initial: '0.1.0',
  tagPrefix: 'v',
  types: {},
  zero: { breaking: 'minor', feature: 'minor' },
};

/** A history built commit by commit, as git would tell it. */
export function historyBuilder() {
  const commits: CommitRecord[] = [];
  const tags: TagRecord[] = [];
  let head = '';
  const add = (message: string, parents: readonly string[]): string => {
    const n = commits.length + 1;
    const sha = shaOf(n);
    const committedAt = new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString();
    commits.push({ sha, parents, authorName: 'a', committedAt, message });
    return sha;
  };
  const builder = {
    commit(message: string): string {
      head = add(message, head === '' ? [] : [head]);
      return head;
    },
    /** A commit elsewhere; HEAD stays. */
    beside(message: string, parent: string): string {
      return add(message, [parent]);
    },
    merge(message: string, other: string): string {
      head = add(message, [head, other]);
      return head;
    },
    tag(name: string, commit = head): void {
      tags.push({ name, commit, object: commit });
    },
    get head(): string {
      return head;
    },
    history(branch: string | null = 'main'): ReleaseHistory {
      return { head, branch, commits: commits.toReversed(), tags };
    },
  };
  return builder;
}

/** HEAD is v1.0.0 and these commits on top of it. */
export function since100(...messages: readonly string[]): ReleaseHistory {
  const builder = historyBuilder();
  builder.commit('chore: begin');
  builder.tag('v1.0.0');
  for (const message of messages) builder.commit(message);
  return builder.history();
}
