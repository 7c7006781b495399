import type { ChangelogFormat, Entry } from './entries.ts';
import { entriesOf, renderEntry, sections } from './entries.ts';
import type { Links } from './links.ts';
import type { PlannedCommit } from './range.ts';

/** More entries than this are cut in a first release, which would else list a whole history. */
export const mostFirstEntries = 500;

/** A section of the notes: its heading and its items. */
export interface NotesSection {
  readonly title: string;
  readonly items: readonly string[];
}

/** The sections of a release; a first release is bounded and says how much it leaves out. */
export function notesSections(
  commits: readonly PlannedCommit[],
  options: { readonly format: ChangelogFormat; readonly links: Links | null; readonly isFirst?: boolean },
): { readonly sections: readonly NotesSection[]; readonly left: number } {
  const all = entriesOf(commits, options.format);
  const shown = options.isFirst === true ? all.slice(0, mostFirstEntries) : all;
  return { sections: grouped(shown, options), left: all.length - shown.length };
}

function grouped(
  entries: readonly Entry[],
  { format, links }: { readonly format: ChangelogFormat; readonly links: Links | null },
): readonly NotesSection[] {
  const items = new Map<string, string[]>();
  const add = (title: string, entry: Entry): void => {
    const known = items.get(title);
    if (known === undefined) items.set(title, [renderEntry(entry, links)]);
    else known.push(renderEntry(entry, links));
  };
  const order = sections[format];
  for (const entry of entries) {
    add(entry.section, entry);
    if (format === 'conventional' && entry.isBreaking) add(order[0] ?? '', { ...entry, isBreaking: false });
  }
  return order.flatMap((title) => {
    const found = items.get(title);
    return found === undefined ? [] : [{ title, items: found }];
  });
}

/** The sections as text, put together by the changelog writer; empty when nothing is worth reading. */
export async function renderNotes(found: {
  readonly sections: readonly NotesSection[];
  readonly left: number;
}): Promise<string> {
  const commits = found.sections.flatMap(({ title, items }, group) =>
    items.map((text, at) => ({ group: title, order: group * 100_000 + at, text, notes: [] as never[] })),
  );
  const { writeChangelogString } = await import('conventional-changelog-writer');
  // `transform`, `ignoreReverted` and `generateOn` are ours to decide: the writer only groups and joins.
  const text = await writeChangelogString(
    commits,
    {},
    {
      groupBy: 'group',
      commitsSort: (a, b) => a.order - b.order,
      commitGroupsSort: (a, b) => (a.commits[0]?.order ?? 0) - (b.commits[0]?.order ?? 0),
      ignoreReverted: false,
      generateOn: () => false,
      transform: (commit) => commit,
      template: ({ commitGroups = [] }) =>
        commitGroups
          .map(({ title, commits: items }) => `### ${String(title)}\n\n${items.map((item) => item.text).join('\n')}`)
          .join('\n\n'),
    },
  );
  const left =
    found.left === 0 ? '' : `${text === '' ? '' : '\n'}And ${found.left.toLocaleString('en')} earlier changes.\n`;
  return `${text}${left}`.trimEnd();
}

/** What a forge takes as the body of a release; GitHub refuses 125,000 characters after the tag is pushed. */
export const longestBody = 120_000;

/** Notes that fit, cut at a line, with a pointer to the whole. */
export function fitBody(notes: string, whole: string): { readonly body: string; readonly isCut: boolean } {
  if (notes.length <= longestBody) return { body: notes, isCut: false };
  const pointer = `\n\nThese notes are shortened; the whole text: ${whole}`;
  const cut = notes.slice(0, longestBody - pointer.length);
  return { body: `${cut.slice(0, Math.max(cut.lastIndexOf('\n'), 0))}${pointer}`, isCut: true };
}
