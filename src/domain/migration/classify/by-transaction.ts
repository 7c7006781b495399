import type { Engine } from './words.ts';

/** A query as one session of several sent it. */
export interface SessionQuery {
  readonly session: string;
  readonly query: string;
}

/**
 * Put what several sessions sent at the same time into an order in which one session can do it again: transactions as
 * wholes, in the order in which they ended, since nobody saw anything of them before; everything else where it stood.
 */
export function byTransaction<T extends SessionQuery>(queries: readonly T[], engine: Engine): readonly T[] {
  const open = new Map<string, T[]>();
  const ordered: T[] = [];
  const close = (session: string): void => {
    ordered.push(...(open.get(session) ?? []));
    open.delete(session);
  };
  for (const one of queries) {
    const { session } = one;
    const step = stepOf(one.query, engine);
    if (step === 'begins') {
      close(session);
      open.set(session, [one]);
      continue;
    }
    const started = open.get(session);
    if (started === undefined) ordered.push(one);
    else started.push(one);
    if (step === 'ends') close(session);
  }
  for (const session of open.keys()) close(session);
  return ordered;
}

function stepOf(query: string, engine: Engine): 'begins' | 'ends' | null {
  const text = query.replace(/^(\s|--[^\n]*\n|\/\*[^]*?\*\/)*/, '');
  if (/^(BEGIN\b(?!\s+NOT)|START\s+TRANSACTION\b)/i.test(text)) {
    return /;\s*(COMMIT|END|ROLLBACK)\b[^;]*;?\s*$/i.test(text) ? null : 'begins';
  }
  if (/^(COMMIT|END|ABORT|ROLLBACK(?!\s+(WORK\s+|TRANSACTION\s+)?TO\b))\b/i.test(text)) return 'ends';
  const commits = engine === 'mariadb' && /^(ALTER|CREATE|DROP|RENAME|TRUNCATE|LOCK)\b/i.test(text);
  return commits ? 'ends' : null;
}
