import { tokens } from '../postgres-tokens.ts';
import type { Token } from './statement.ts';

/** The words, literals and signs of a statement; comments are left out. */
export function tokensOf(sql: string): readonly Token[] {
  return [...tokens(sql)]
    .filter((token) => token.kind !== 'comment')
    .map(({ start, end }) => ({ start, end, text: sql.slice(start, end) }));
}
