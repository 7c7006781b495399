import { harmless } from '../report/harmless.ts';

/**
 * Text from outside as Markdown that says exactly that text on one line: no markup, no HTML, no link or image, no
 * mention of a person, issue or commit.
 */
export function escapeMarkdown(text: string): string {
  return (
    harmless(text)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replace(/[\\`*_{}[\]()#+!|~$^=:-]/g, (mark) => `&#${mark.charCodeAt(0)};`)
      // Mentions and links are found in the rendered text, where an entity is the character again.
      .replaceAll('@', '@&#8203;')
      .replaceAll('&#35;', '&#35;&#8203;')
      .replaceAll('&#58;//', '&#58;&#8203;//')
      .replace(/\b(www)\./gi, '$1&#8203;.')
  );
}

/** Text from outside as code on one line; whatever stands in it, it ends where it should. */
export function inlineCode(text: string): string {
  const shown = harmless(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const marks = shown.replace(/[`|@\\*_[\]~]/g, (mark) => `&#${mark.charCodeAt(0)};`);
  return `<code>${marks}</code>`;
}

/** Several lines from outside as a block that they cannot end. */
export function codeBlock(lines: readonly string[], language = ''): string {
  const shown = lines.map((line) => harmless(line));
  const longest = Math.max(2, ...shown.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${shown.join('\n')}\n${fence}`;
}

/** Cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
