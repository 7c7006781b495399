import type { Token } from '../statement.ts';

/** One command of an ALTER TABLE: `ADD COLUMN token uuid`. */
export interface Command {
  readonly text: string;
  readonly start: number;
  readonly tokens: readonly Token[];
}

export interface AlterTable {
  /** `ALTER TABLE IF EXISTS ONLY shop.books`. */
  readonly head: string;
  /** Where the name of the table begins. */
  readonly nameStart: number;
  readonly commands: readonly Command[];
}

const word = (token: Token | undefined): string => token?.text.toUpperCase() ?? '';

/** Cut an ALTER TABLE at the commas between its commands; null when it is written in a way we do not expect. */
export function cutAlterTable(sql: string, tokens: readonly Token[]): AlterTable | null {
  if (word(tokens[0]) !== 'ALTER' || word(tokens[1]) !== 'TABLE') return null;
  let at = 2;
  if (word(tokens[at]) === 'IF') at += 2;
  if (word(tokens[at]) === 'ONLY') at += 1;
  const nameStart = tokens[at]?.start ?? 0;
  at += 1;
  while (word(tokens[at]) === '.') at += 2;
  if (word(tokens[at]) === '*') at += 1;
  const headEnd = tokens[at - 1]?.end ?? 0;
  const commands = splitAtCommas(tokens.slice(at)).map((group): Command => {
    const start = group[0]?.start ?? 0;
    return { text: sql.slice(start, group.at(-1)?.end ?? start), start, tokens: group };
  });
  return { head: sql.slice(0, headEnd), nameStart, commands };
}

function splitAtCommas(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const groups: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '(' || token.text === '[') depth += 1;
    if (token.text === ')' || token.text === ']') depth -= 1;
    if (token.text === ',' && depth === 0) groups.push([]);
    else groups.at(-1)?.push(token);
  }
  return groups;
}

/** Put a word behind the first of the given words. */
export function insertAfter(
  sql: string,
  tokens: readonly Token[],
  words: readonly string[],
  added: string,
): string | null {
  const anchor = tokens.find((token) => words.includes(word(token)));
  return anchor === undefined ? null : `${sql.slice(0, anchor.end)} ${added}${sql.slice(anchor.end)}`;
}

/** Text between two keywords that stand outside of parentheses; to the end when `to` is not there. */
export function between(sql: string, tokens: readonly Token[], from: string, to: string): string | null {
  let depth = 0;
  let start: number | null = null;
  for (const token of tokens) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    if (depth > 0) continue;
    if (start === null && word(token) === from) start = token.end;
    else if (start !== null && word(token) === to) return sql.slice(start, token.start).trim();
  }
  return start === null ? null : sql.slice(start, tokens.at(-1)?.end).trim();
}

export function isWritten(tokens: readonly Token[], ...words: readonly string[]): boolean {
  return tokens.some((token) => words.includes(word(token)));
}

/** As PostgreSQL would quote it. */
export function quoted(name: string): string {
  return name
    .split('.')
    .map((part) => (/^[a-z_][a-z0-9_$]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`))
    .join('.');
}

/** `books` of `shop.books`: names that PostgreSQL makes begin with it. */
export const plain = (table: string): string => table.slice(table.lastIndexOf('.') + 1).replaceAll('"', '');
