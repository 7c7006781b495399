import type { Node } from 'libpg-query';

/** A statement of a PostgreSQL migration, as PostgreSQL's own parser sees it. */
export interface Statement {
  readonly file: string;
  /** Of its first word, from 1. */
  readonly line: number;
  readonly column: number;
  /** From its first word to its last, without the semicolon. */
  readonly sql: string;
  /** Comments that stand right above it. */
  readonly comments: string;
  readonly node: Node;
}

/** A word, literal or sign; offsets in characters, from the start of the text. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Where the parser stopped, in the server's words. */
export interface SyntaxFailure {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type Parsed =
  | { readonly kind: 'parsed'; readonly statements: readonly Statement[] }
  | { readonly kind: 'syntax-error'; readonly failure: SyntaxFailure };

/** PostgreSQL's parser, loaded; pure from then on. */
export interface PostgresParser {
  parse(file: string, text: string): Parsed;
  tokens(sql: string): readonly Token[];
}
