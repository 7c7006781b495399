import type { Links } from './links.ts';
import type { PlannedCommit } from './range.ts';

export type ChangelogFormat = 'keep-a-changelog' | 'conventional';

/** One line of the notes. */
export interface Entry {
  /** Heading that it stands under. */
  readonly section: string;
  readonly scope: string | null;
  readonly text: string;
  readonly breakingNote: string | null;
  readonly isBreaking: boolean;
  readonly sha: string;
  readonly issues: readonly string[];
  readonly alsoIn: string | null;
}

/** Headings in the order in which they appear. */
export const sections: Readonly<Record<ChangelogFormat, readonly string[]>> = {
  'keep-a-changelog': ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'],
  conventional: [
    '⚠ BREAKING CHANGES',
    'Features',
    'Bug Fixes',
    'Performance Improvements',
    'Security',
    'Reverts',
    'Other Changes',
  ],
};

const keepAChangelog: Readonly<Record<string, string>> = {
  feat: 'Added',
  fix: 'Fixed',
  security: 'Security',
  deprecate: 'Deprecated',
  deprecated: 'Deprecated',
  remove: 'Removed',
  removed: 'Removed',
};

const conventional: Readonly<Record<string, string>> = {
  feat: 'Features',
  fix: 'Bug Fixes',
  perf: 'Performance Improvements',
  security: 'Security',
  revert: 'Reverts',
};

/** What users should read: commits with an effect, and those whose type has a heading of its own. */
export function entriesOf(commits: readonly PlannedCommit[], format: ChangelogFormat): readonly Entry[] {
  return commits
    .filter((commit) => commit.level !== 'none' || isListed(commit))
    .map((commit) => entryOf(commit, format));
}

function isListed({ type, cancelledBy, twinOf, alsoIn }: PlannedCommit): boolean {
  if (cancelledBy !== undefined || (twinOf !== undefined && alsoIn === undefined)) return false;
  return type !== null && ['deprecate', 'deprecated', 'remove', 'removed'].includes(type);
}

function entryOf(commit: PlannedCommit, format: ChangelogFormat): Entry {
  const { message } = commit;
  const isRevert = commit.rule === 'revert';
  const type = isRevert
    ? 'revert'
    : commit.scope === 'security' && commit.type === 'fix'
      ? 'security'
      : (commit.type ?? '');
  const named =
    format === 'keep-a-changelog' ? (keepAChangelog[type] ?? 'Changed') : (conventional[type] ?? 'Other Changes');
  const section = commit.breaking && format === 'keep-a-changelog' && named !== 'Removed' ? 'Changed' : named;
  const note = message.breakingNotes.find((text) => text !== '') ?? null;
  return {
    section,
    scope: commit.scope,
    text: isRevert ? message.header : message.description,
    breakingNote: commit.breaking ? note : null,
    isBreaking: commit.breaking,
    sha: commit.sha,
    issues: [...new Set(message.references.map(({ issue }) => issue))],
    alsoIn: commit.alsoIn ?? null,
  };
}

/** One list item; what a commit says cannot become a heading, a tag of HTML or a comment. */
export function renderEntry(entry: Entry, links: Links | null): string {
  const scope = entry.scope === null ? '' : `**${plain(entry.scope)}:** `;
  const mark = entry.isBreaking ? '**Breaking:** ' : '';
  const text = linked(plain(withoutOwnNumbers(entry.text, entry.issues)), links);
  const short = entry.sha.slice(0, 7);
  const origin = links === null ? short : `[${short}](${links.commit(entry.sha)})`;
  const issues = entry.issues.map((issue) => (links === null ? issue : `[${issue}](${links.issue(issue)})`));
  const also = entry.alsoIn === null ? '' : `, also in ${entry.alsoIn}`;
  const note =
    entry.breakingNote === null
      ? ''
      : `\n${plain(entry.breakingNote)
          .split('\n')
          .map((line) => (line.trim() === '' ? '' : `  ${line}`))
          .join('\n')}`;
  return `- ${scope}${mark}${text} (${[origin, ...issues].join(', ')}${also})${note}`;
}

/** `fix the pager (#12)` -> `fix the pager`: the number comes back among the links. */
function withoutOwnNumbers(text: string, issues: readonly string[]): string {
  if (!text.endsWith(')')) return text;
  return text.replace(/(?:\s*\(#\d+\))+$/, (numbers) => {
    const all = numbers.match(/#\d+/g) ?? [];
    return all.every((number) => issues.includes(number)) ? '' : numbers;
  });
}

/** Outside of code spans, `<` would begin a tag. */
function plain(text: string): string {
  if (!text.includes('<')) return text;
  return text
    .split(/(`[^`]*`)/)
    .map((part, at) => (at % 2 === 1 ? part : part.replaceAll('<', '&lt;')))
    .join('');
}

function linked(text: string, links: Links | null): string {
  if (links === null || !text.includes('#')) return text;
  return text
    .split(/(`[^`]*`)/)
    .map((part, at) =>
      at % 2 === 1 ? part : part.replace(/(?<![\w/[])#(\d+)\b/g, (whole) => `[${whole}](${links.issue(whole)})`),
    )
    .join('');
}
