/** A word, quoted name, string or sign of MariaDB's SQL; blanks and comments are left out. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const pattern =
  /'(?:[^'\\]|\\[\s\S]|'')*'?|"(?:[^"\\]|\\[\s\S]|"")*"?|`(?:[^`]|``)*`?|\/\*(?![!M])[\s\S]*?(?:\*\/|$)|\/\*[!M]\d*|\*\/|--(?=\s|$)[^\n]*|#[^\n]*|[\w$@\u0080-\uffff]+|\s+|[\s\S]/g;

/** Everything that the server would read; the body of a comment for MariaDB only (`/*! ... *\/`) counts. */
export function wordsOf(text: string): readonly Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(pattern)) {
    const [found] = match;
    const isComment = /^(\/\*(?![!M])|\*\/|--|#)/.test(found);
    if (/^\s/.test(found) || isComment) continue;
    words.push({ text: found, start: match.index, end: match.index + found.length });
  }
  return words;
}

export const upper = (word: Word | undefined): string => word?.text.toUpperCase() ?? '';

/** A name without its quotes. */
export function nameOf(word: Word | undefined): string {
  const text = word?.text ?? '';
  return text.startsWith('`') ? text.slice(1, -1).replaceAll('``', '`') : text;
}

/** Groups between the commas that stand outside of parentheses. */
export function atCommas(words: readonly Word[]): readonly (readonly Word[])[] {
  const groups: Word[][] = [[]];
  let depth = 0;
  for (const word of words) {
    if (word.text === '(') depth += 1;
    if (word.text === ')') depth -= 1;
    if (word.text === ',' && depth === 0) groups.push([]);
    else groups.at(-1)?.push(word);
  }
  return groups;
}
