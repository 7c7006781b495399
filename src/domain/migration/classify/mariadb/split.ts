import { placeOf } from '../spans.ts';
import { upper, wordsOf, type Word } from './words.ts';

/** A statement of a MariaDB migration, as its client would send it. */
export interface MariadbStatement {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly sql: string;
  readonly comments: string;
}

/**
 * Cut a script into statements as the MariaDB client does: at `;`, or at what the last DELIMITER line says.
 *
 * The body of a routine or trigger between BEGIN and END stays whole without a DELIMITER too.
 */
export function splitMariadb(file: string, text: string): readonly MariadbStatement[] {
  const statements: MariadbStatement[] = [];
  for (const { section, offset, delimiter } of sections(text)) {
    let previous = 0;
    for (const { start, end, next } of cuts(section, delimiter)) {
      const sql = section.slice(start, end).trim();
      const place = placeOf(text, offset + start);
      if (sql !== '') statements.push({ file, ...place, sql, comments: section.slice(previous, start) });
      previous = next;
    }
  }
  return statements;
}

interface Section {
  readonly section: string;
  readonly offset: number;
  readonly delimiter: string;
}

function sections(text: string): readonly Section[] {
  const found: Section[] = [];
  let delimiter = ';';
  let from = 0;
  for (const match of text.matchAll(/^[ \t]*DELIMITER[ \t]+(\S+)[^\n]*$/gim)) {
    found.push({ section: text.slice(from, match.index), offset: from, delimiter });
    delimiter = match[1] ?? ';';
    from = match.index + match[0].length;
  }
  return [...found, { section: text.slice(from), offset: from, delimiter }];
}

interface Cut {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

function cuts(section: string, delimiter: string): readonly Cut[] {
  const words = wordsOf(section);
  const found: Cut[] = [];
  let first: Word | null = null;
  let head: string[] = [];
  let depth = 0;
  for (const [i, word] of words.entries()) {
    const endsAt =
      delimiter === ';' ? (word.text === ';' && depth === 0 ? word.start : null) : within(section, word, delimiter);
    if (endsAt !== null) {
      const start = (first ?? word).start;
      if (start < endsAt) found.push({ start, end: endsAt, next: endsAt + delimiter.length });
      first = null;
      head = [];
      depth = 0;
      continue;
    }
    // The rest of a delimiter of several signs.
    const last = found.at(-1);
    if (last !== undefined && word.start < last.next) continue;
    first ??= word;
    if (head.length < 8) head.push(upper(word));
    if (isRoutine(head)) depth += nesting(word, words[i + 1], words[i - 1]);
  }
  if (first !== null) found.push({ start: first.start, end: section.length, next: section.length });
  return found;
}

/** `END$$` reads as one word. */
function within(section: string, word: Word, delimiter: string): number | null {
  if (section.startsWith(delimiter, word.start)) return word.start;
  const at = /^['"`]/.test(word.text) ? -1 : word.text.indexOf(delimiter);
  return at === -1 ? null : word.start + at;
}

const isRoutine = (head: readonly string[]): boolean =>
  head[0] === 'CREATE' && head.some((word) => ['PROCEDURE', 'FUNCTION', 'TRIGGER', 'EVENT', 'PACKAGE'].includes(word));

/** BEGIN and CASE open a block, and END closes one, unless it ends an IF, LOOP, WHILE or REPEAT. */
function nesting(word: Word, after: Word | undefined, before: Word | undefined): number {
  const text = upper(word);
  if (text === 'BEGIN') return 1;
  if (text === 'CASE') return upper(before) === 'END' ? 0 : 1;
  if (text === 'END') return ['IF', 'LOOP', 'WHILE', 'REPEAT', 'FOR'].includes(upper(after)) ? 0 : -1;
  return 0;
}
