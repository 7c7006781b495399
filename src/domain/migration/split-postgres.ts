import { type Token, tokens } from './postgres-tokens.ts';
import type { Split, SplitProblem, Statement } from './script.ts';

/** How many leading words of a statement are kept: enough to tell one kind from another. */
const keptWords = 24;

/**
 * Split a script for PostgreSQL into statements, at the `;` that psql would split at.
 *
 * What only psql understands (backslash commands, COPY with data in the file) is a problem, and so is a quote or
 * comment without its end.
 */
export function splitPostgres(text: string): Split {
  const statements: Statement[] = [];
  const problems: SplitProblem[] = [];
  let current: Token[] = [];
  let parentheses = 0;
  let blocks = 0;

  const finish = (): void => {
    const statement = statementOf(text, current);
    if (statement !== null) {
      statements.push(statement);
      problems.push(...copyProblem(statement));
    }
    current = [];
    parentheses = 0;
    blocks = 0;
  };

  for (const token of skippingCommands(text, problems)) {
    if (token.open !== undefined)
      problems.push({ offset: token.start, message: `${token.open} that begins here has no end` });
    if (token.kind === 'comment') continue;
    const piece = text.slice(token.start, token.end);
    if (piece === ';' && parentheses === 0 && blocks === 0) {
      finish();
      continue;
    }
    current.push(token);
    if (piece === '(') parentheses += 1;
    if (piece === ')') parentheses = Math.max(0, parentheses - 1);
    if (token.kind === 'word') blocks = blockDepth(text, current, piece.toUpperCase(), blocks);
  }
  finish();
  return { statements, problems };
}

/** A backslash outside of quotes is a command of psql: it is named, and its line is left out. */
function* skippingCommands(text: string, problems: SplitProblem[]): Generator<Token> {
  let skippedTo = 0;
  for (const token of tokens(text)) {
    if (token.start < skippedTo) continue;
    if (text.charAt(token.start) === '\\' && token.kind === 'symbol') {
      const line = /^\\\S*/.exec(text.slice(token.start))?.[0] ?? '\\';
      problems.push({
        offset: token.start,
        message: `"${line}" is a command of psql, not SQL; write what it does as SQL, or take it out`,
      });
      const end = text.indexOf('\n', token.start);
      skippedTo = end === -1 ? text.length : end;
      continue;
    }
    yield token;
  }
}

/** `BEGIN ATOMIC ... END` of a function holds statements of its own; CASE has an END too. */
function blockDepth(text: string, current: readonly Token[], word: string, depth: number): number {
  if (word === 'ATOMIC' && wordBefore(text, current) === 'BEGIN' && createsRoutine(text, current)) return depth + 1;
  if (depth > 0 && word === 'CASE') return depth + 1;
  if (depth > 0 && word === 'END') return depth - 1;
  return depth;
}

function wordBefore(text: string, current: readonly Token[]): string {
  const token = current.at(-2);
  return token === undefined ? '' : text.slice(token.start, token.end).toUpperCase();
}

function createsRoutine(text: string, current: readonly Token[]): boolean {
  return /^CREATE (OR REPLACE )?(FUNCTION|PROCEDURE)( |$)/.test(leadingWords(text, current).join(' '));
}

function statementOf(text: string, current: readonly Token[]): Statement | null {
  const [first] = current;
  const last = current.at(-1);
  if (first === undefined || last === undefined) return null;
  return { text: text.slice(first.start, last.end), start: first.start, words: leadingWords(text, current) };
}

function leadingWords(text: string, current: readonly Token[]): readonly string[] {
  return current
    .filter((token) => token.kind === 'word')
    .slice(0, keptWords)
    .map((token) => text.slice(token.start, token.end).toUpperCase());
}

function copyProblem(statement: Statement): readonly SplitProblem[] {
  if (statement.words[0] !== 'COPY' || !/\b(FROM\s+STDIN|TO\s+STDOUT)\b/i.test(statement.text)) return [];
  return [
    { offset: statement.start, message: 'COPY with data in the file needs psql; write INSERT statements instead' },
  ];
}
