import { tokens } from '../postgres-tokens.ts';

/** A statement that may have broken a query. */
export interface Candidate {
  readonly text: string;
}

/**
 * The statement that most probably broke a query: the one that names most of what the server named, the later one of
 * two. Null when none names anything of it.
 */
export function suspectOf<T extends Candidate>(
  candidates: readonly T[],
  refused: { readonly message: string; readonly query: string },
): T | null {
  const named = namesIn(refused.message.replaceAll(/[“”]/g, '"'));
  const asked = namesIn(refused.query).filter((name) => !keywords.has(name));
  let best: { readonly candidate: T; readonly score: number } | null = null;
  for (const candidate of candidates) {
    const words = new Set(namesIn(candidate.text));
    const score = 10 * named.filter((name) => words.has(name)).length + asked.filter((name) => words.has(name)).length;
    if (score > 0 && score >= (best?.score ?? 0)) best = { candidate, score };
  }
  return best?.candidate ?? null;
}

const keywords = new Set(
  `select from where and or not null insert into values update set delete join left right inner outer on as order by
   group limit offset returning in is like between case when then else end count sum min max true false default with
   column relation table does exist the of violates constraint value type null`.split(/\s+/),
);

function namesIn(text: string): readonly string[] {
  const found = Array.from(tokens(text)).flatMap((token): string[] => {
    const piece = text.slice(token.start, token.end);
    if (token.kind === 'word') return [piece.toLowerCase()];
    return piece.startsWith('"') ? piece.slice(1, -1).split('.') : [];
  });
  return Array.from(new Set(found));
}
