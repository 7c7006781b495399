import { parseMessage } from '../commits/message.ts';
import { judgeMessage } from '../commits/rules.ts';
import type { PlannedCommit } from './range.ts';

/**
 * Numbers of the pull requests that a release brings and of the issues that they close, each once, oldest last.
 *
 * What is only mentioned (`see #7`) is not told that it was released, nor is what belongs to another repository.
 */
export function releasedIssues(commits: readonly PlannedCommit[]): readonly number[] {
  const found = new Set<number>();
  for (const { level, header, message, record, cancelledBy, rule } of commits) {
    const merged = /^Merge pull request #(\d+) /.exec(header)?.[1];
    if (merged !== undefined && cancelledBy === undefined && brings(record.message.slice(header.length)))
      found.add(Number(merged));
    if (level === 'none' && rule !== 'merge-said-before') continue;
    for (const [, number] of header.matchAll(/\(#(\d+)\)/g)) found.add(Number(number));
    for (const { action, issue } of message.references) {
      if (action !== null && issue.startsWith('#')) found.add(Number(issue.slice(1)));
    }
  }
  return [...found];
}

/** GitHub writes the title of a pull request below the header of its merge. */
const brings = (text: string): boolean => judgeMessage(parseMessage(text)).level !== 'none';
