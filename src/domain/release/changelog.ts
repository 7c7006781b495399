import type { ChangelogFormat } from './entries.ts';
import type { Links } from './links.ts';
import type { NotesSection } from './notes.ts';

/** What is written about one version. */
export interface ChangelogSection {
  readonly version: string;
  readonly tag: string;
  readonly previousTag: string | null;
  /** `2026-01-31`; of the commit that is released, so that a retry writes the same. */
  readonly date: string;
  readonly sections: readonly NotesSection[];
  readonly left: number;
}

export interface ChangelogOptions {
  readonly format: ChangelogFormat;
  readonly links: Links | null;
}

const introduction = `# Changelog

All notable changes to this project are written in this file.

The format is based on [Keep a Changelog](https://keepachangelog.com/en/1.1.0/),
and this project adheres to [Semantic Versioning](https://semver.org/spec/v2.0.0.html).
`;

/** Headings of versions, whoever wrote them: `## [1.2.3] - 2026-01-31`, `# v1.2.3 (date)`, `### 1.2.3`. */
const versionHeading = /^#{1,3} \[?v?(\d+\.\d+\.\d+[^\s\])]*)/;
const unreleasedHeading = /^## \[?unreleased\]?/i;
const linkLine = /^\[([^\]]+)\]:\s*\S+/;

/**
 * Put a version into a changelog; what a person wrote stays, and a version that is there already is left alone.
 *
 * What stands under Unreleased moves to the version. A file in another form keeps it: the section goes before its
 * first version, or below its title.
 */
export function addToChangelog(existing: string | null, section: ChangelogSection, options: ChangelogOptions): string {
  const ending = existing !== null && existing.includes('\r\n') ? '\r\n' : '\n';
  const mark = existing?.startsWith('\uFEFF') === true ? '\uFEFF' : '';
  const text = (existing ?? '').replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const done = text.trim() === '' ? fresh(section, options) : insert(text, section, options);
  return mark + done.replaceAll('\n', ending);
}

/** One version as text, with its heading. */
export const renderSection = (section: ChangelogSection, options: ChangelogOptions): string =>
  render(section, options, []);

/** A whole changelog, made anew from all its sections, newest first. */
export function renderChangelog(all: readonly ChangelogSection[], options: ChangelogOptions): string {
  const isKept = options.format === 'keep-a-changelog';
  const blocks = [
    isKept ? `${introduction}\n## [Unreleased]` : '# Changelog',
    ...all.map((section) => renderSection(section, options)),
  ];
  const { links } = options;
  const text = `${blocks.join('\n\n')}\n`;
  const [newest] = all;
  if (!isKept || links === null || newest === undefined) return text;
  const definitions = all.map(({ version, tag, previousTag }) => `[${version}]: ${target(tag, previousTag, links)}`);
  return `${text}\n${[`[Unreleased]: ${links.compare(newest.tag, 'HEAD')}`, ...definitions].join('\n')}\n`;
}

const target = (tag: string, previousTag: string | null, links: Links): string =>
  previousTag === null ? links.tag(tag) : links.compare(previousTag, tag);

function fresh(section: ChangelogSection, options: ChangelogOptions): string {
  if (options.format === 'conventional') return `# Changelog\n\n${render(section, options, [])}\n`;
  const body = `${introduction}\n## [Unreleased]\n\n${render(section, options, [])}\n`;
  return withLinks(body, section, options);
}

function insert(text: string, section: ChangelogSection, options: ChangelogOptions): string {
  const lines = text.split('\n');
  const fenced = fencedLines(lines);
  const has = (pattern: RegExp) => lines.findIndex((line, at) => !fenced.has(at) && pattern.test(line));
  if (lines.some((line, at) => !fenced.has(at) && versionHeading.exec(line)?.[1] === section.version)) return text;
  const unreleased = options.format === 'keep-a-changelog' ? has(unreleasedHeading) : -1;
  const firstVersion = has(versionHeading);
  const end = endOfSections(lines);
  if (unreleased === -1) {
    const at = firstVersion !== -1 ? firstVersion : placeBelowTitle(lines, end, fenced);
    return withLinks(join(lines.slice(0, at), render(section, options, []), lines.slice(at)), section, options);
  }
  const next = lines.findIndex((line, at) => at > unreleased && at < end && !fenced.has(at) && line.startsWith('## '));
  const stop = next === -1 ? end : next;
  const written = handWritten(lines.slice(unreleased + 1, stop));
  const before = lines.slice(0, unreleased + 1);
  return withLinks(join(before, render(section, options, written), lines.slice(stop)), section, options);
}

/** Blocks with one empty line between them. */
function join(before: readonly string[], section: string, after: readonly string[]): string {
  const head = before.join('\n').trimEnd();
  const tail = after.join('\n').replace(/^\n+/, '').trimEnd();
  return `${[head, section, tail].filter((part) => part !== '').join('\n\n')}\n`;
}

function fencedLines(lines: readonly string[]): ReadonlySet<number> {
  const inside = new Set<number>();
  let open = false;
  for (const [at, line] of lines.entries()) {
    if (/^\s{0,3}(```|~~~)/.test(line)) open = !open;
    else if (open) inside.add(at);
  }
  return open ? new Set() : inside;
}

/** Where the link definitions at the end of the file begin. */
function endOfSections(lines: readonly string[]): number {
  let end = lines.length;
  while (end > 0 && ((lines[end - 1] ?? '').trim() === '' || linkLine.test(lines[end - 1] ?? ''))) end -= 1;
  return end;
}

function placeBelowTitle(lines: readonly string[], end: number, fenced: ReadonlySet<number>): number {
  const second = lines.findIndex((line, at) => at < end && !fenced.has(at) && line.startsWith('## '));
  if (second !== -1) return second;
  return lines[0]?.startsWith('# ') === true ? end : 0;
}

interface Written {
  /** Null: what stands before the first heading. */
  readonly title: string | null;
  readonly text: string;
}

function handWritten(lines: readonly string[]): readonly Written[] {
  const blocks: { title: string | null; lines: string[] }[] = [{ title: null, lines: [] }];
  for (const line of lines) {
    const title = /^### (.+?)\s*$/.exec(line)?.[1];
    if (title === undefined) blocks.at(-1)?.lines.push(line);
    else blocks.push({ title, lines: [] });
  }
  return blocks
    .map(({ title, lines: own }) => ({ title, text: own.join('\n').trim() }))
    .filter(({ text }) => text !== '');
}

function render(section: ChangelogSection, { format, links }: ChangelogOptions, written: readonly Written[]): string {
  const blocks: string[] = [heading(section, format, links)];
  const free = written.find(({ title }) => title === null);
  if (free !== undefined) blocks.push(free.text);
  const done = new Set<string>();
  const generated = new Map(section.sections.map(({ title, items }) => [title.toLowerCase(), items]));
  const titles = section.sections.map(({ title }) => title);
  for (const { title } of written) if (title !== null && !generated.has(title.toLowerCase())) titles.push(title);
  for (const title of titles) {
    const key = title.toLowerCase();
    if (done.has(key)) continue;
    done.add(key);
    const own = written.filter((block) => block.title?.toLowerCase() === key).map(({ text }) => text);
    const text = own.join('\n');
    const items = (generated.get(key) ?? []).filter((item) => !text.includes(item));
    blocks.push(`### ${title}\n\n${[text, ...items].filter((part) => part !== '').join('\n')}`);
  }
  if (blocks.length === 1 && section.previousTag === null) blocks.push('First release.');
  if (section.left > 0) blocks.push(`And ${section.left.toLocaleString('en')} earlier changes.`);
  return blocks.join('\n\n');
}

function heading(section: ChangelogSection, format: ChangelogFormat, links: Links | null): string {
  const { version, tag, previousTag, date } = section;
  if (format === 'keep-a-changelog') return `## [${version}] - ${date}`;
  if (links === null) return `## ${version} (${date})`;
  return `## [${version}](${target(tag, previousTag, links)}) (${date})`;
}

/** The link definitions of Keep a Changelog: Unreleased compares from the new tag, the new version to the one before. */
function withLinks(text: string, section: ChangelogSection, { format, links }: ChangelogOptions): string {
  if (format !== 'keep-a-changelog' || links === null) return text;
  const { version, tag, previousTag } = section;
  const lines = text.trimEnd().split('\n');
  const own = `[${version}]: ${target(tag, previousTag, links)}`;
  const open = `[Unreleased]: ${links.compare(tag, 'HEAD')}`;
  const at = lines.findIndex((line) => /^\[unreleased\]:/i.test(line));
  if (at !== -1) {
    lines.splice(at, 1, open, own);
    return `${lines.join('\n')}\n`;
  }
  const hasUnreleased = lines.some((line) => unreleasedHeading.test(line));
  const added = hasUnreleased ? [open, own] : [own];
  const end = endOfSections(lines);
  const isList = end < lines.length;
  const tail = isList ? lines.slice(end).filter((line) => line.trim() !== '') : [];
  return `${[...lines.slice(0, end), '', ...added, ...tail].join('\n')}\n`;
}
