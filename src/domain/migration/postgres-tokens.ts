/** A piece of SQL as PostgreSQL's scanner sees it, as far as splitting needs it. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'comment' | 'symbol';
  readonly start: number;
  readonly end: number;
  /** Set when the text ended inside of it: what is missing. */
  readonly open?: string;
}

/** What may begin here and runs to an end of its own. Sticky, so that each is tried at one place only. */
const blank = /\s+/y;
const lineComment = /--[^\n]*/y;
const word = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;
const number = /[0-9][0-9A-Za-z_.]*/y;
// Unrolled: a string may be megabytes long, and alternatives inside of a loop would keep a way back for each character.
const plainString = /'[^']*(?:''[^']*)*'/y;
const escapeString = /[eE]'[^'\\]*(?:(?:''|\\[^])[^'\\]*)*'/y;
const name = /"[^"]*(?:""[^"]*)*"/y;
const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;

/** Cut SQL into tokens; blanks are left out, and everything else is in one of them. */
export function* tokens(text: string): Generator<Token> {
  let at = 0;
  while (at < text.length) {
    const gap = match(blank, text, at);
    if (gap > 0) at += gap;
    if (at >= text.length) return;
    const token = next(text, at);
    yield token;
    at = token.end;
  }
}

function next(text: string, at: number): Token {
  const c = text.charAt(at);
  const two = text.slice(at, at + 2);
  if (two === '--') return token('comment', at, match(lineComment, text, at));
  if (two === '/*') return blockComment(text, at);
  if (c === "'") return closed('quoted', text, at, match(plainString, text, at), "a string (')");
  if ((c === 'e' || c === 'E') && text.charAt(at + 1) === "'") {
    return closed('quoted', text, at, match(escapeString, text, at), "a string (E')");
  }
  if (c === '"') return closed('quoted', text, at, match(name, text, at), 'a quoted name (")');
  if (c === '$' && match(dollarTag, text, at) > 0) return dollarQuoted(text, at, match(dollarTag, text, at));
  const length = match(word, text, at) || match(number, text, at);
  return length > 0 ? token('word', at, length) : token('symbol', at, 1);
}

function token(kind: Token['kind'], start: number, length: number): Token {
  return { kind, start, end: start + length };
}

/** A length of 0 means that the end was not found. */
function closed(kind: Token['kind'], text: string, start: number, length: number, what: string): Token {
  return length > 0 ? token(kind, start, length) : { kind, start, end: text.length, open: what };
}

/** Comments of PostgreSQL nest. */
function blockComment(text: string, start: number): Token {
  const border = /\/\*|\*\//g;
  border.lastIndex = start;
  let depth = 0;
  for (let found = border.exec(text); found !== null; found = border.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return token('comment', start, border.lastIndex - start);
  }
  return { kind: 'comment', start, end: text.length, open: 'a comment (/*)' };
}

function dollarQuoted(text: string, start: number, tagLength: number): Token {
  const tag = text.slice(start, start + tagLength);
  const end = text.indexOf(tag, start + tagLength);
  return closed('quoted', text, start, end === -1 ? 0 : end + tagLength - start, `a string (${tag})`);
}

function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
