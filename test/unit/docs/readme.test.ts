import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { fileSchema } from '../../../src/config/schema.ts';
import { commands } from '../../../src/entries/cli/table.ts';
import { exitCodes } from '../../../src/errors.ts';

const root = join(import.meta.dirname, '../../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** Rows of the first table that begins with this heading, cells trimmed. */
function tableUnder(heading: string): readonly (readonly string[])[] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test('the README lists every command with what it does, and no other', () => {
  expect(tableUnder('Commands')).toEqual(commands.map(({ name, summary }) => [`\`${name}\``, summary]));
});

test('the README lists every exit code, and no other', () => {
  const listed = tableUnder('Exit codes').map(([code]) => Number(code));

  expect(listed).toEqual([0, ...Object.values(exitCodes)].toSorted((a, b) => a - b));
});

test('the first fairway.yml of the README is a valid one', () => {
  const example = /```yaml\n([^]*?)```/.exec(readme)?.[1];

  expect(fileSchema.safeParse(parse(example ?? '')).error?.issues ?? []).toEqual([]);
  expect(example).toContain('app:');
});

test('every link from one page to another leads somewhere', () => {
  const pages = [
    ...readdirSync(root).filter((name) => name.endsWith('.md')),
    ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join('docs', name)),
  ];
  const links = pages.flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, to]) => ({
      page,
      to,
    })),
  );

  expect(links.length).toBeGreaterThan(5);
  expect(links.filter(({ page, to }) => !existsSync(join(root, dirname(page), to ?? '')))).toEqual([]);
});
