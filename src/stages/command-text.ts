import type { Argv } from '../ports.ts';

const longest = 160;

/** A command as it could be typed: what holds blanks or signs of a shell stands in single quotes. For people only. */
export function commandText(argv: Argv): string {
  const text = argv.map(quoted).join(' ');
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
