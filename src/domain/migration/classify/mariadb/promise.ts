import { readMariadb } from './read.ts';
import { wordsOf } from './words.ts';

export type Algorithm = 'INSTANT' | 'NOCOPY' | 'INPLACE' | 'COPY';
export type Lock = 'NONE' | 'SHARED' | 'EXCLUSIVE';

/** How the server is asked to do it. */
export interface ServerPromise {
  readonly algorithm: Algorithm;
  readonly lock: Lock;
}

/** From the kindest to the worst; the first that the server accepts is its answer. */
export const promises: readonly ServerPromise[] = [
  { algorithm: 'INSTANT', lock: 'NONE' },
  { algorithm: 'INSTANT', lock: 'SHARED' },
  { algorithm: 'INSTANT', lock: 'EXCLUSIVE' },
  { algorithm: 'NOCOPY', lock: 'NONE' },
  { algorithm: 'INPLACE', lock: 'NONE' },
  { algorithm: 'COPY', lock: 'NONE' },
  { algorithm: 'NOCOPY', lock: 'SHARED' },
  { algorithm: 'INPLACE', lock: 'SHARED' },
  { algorithm: 'COPY', lock: 'SHARED' },
  { algorithm: 'COPY', lock: 'EXCLUSIVE' },
];

/**
 * The statement with what the server promised, so that a target which has drifted refuses instead of blocking.
 *
 * Null where the syntax has no room for it. What the statement itself said of ALGORITHM and LOCK is replaced.
 */
export function withPromise(sql: string, { algorithm, lock }: ServerPromise): string | null {
  const asked = readMariadb({ sql });
  if (asked.does === 'drop-index') return dropByAlter(sql, `ALGORITHM=${algorithm}, LOCK=${lock}`);
  if (asked.does === 'create-index') {
    const bare = sql.replaceAll(/\s+(ALGORITHM|LOCK)\s*=?\s*\w+/gi, '');
    return `${bare} ALGORITHM=${algorithm} LOCK=${lock}`;
  }
  if (asked.does !== 'alter') return null;
  const words = wordsOf(sql);
  const kept = asked.commands.filter((command) => !command.isClause);
  const [first] = kept;
  const firstWord =
    first === undefined ? undefined : words.find((word) => sql.startsWith(first.text, word.start) && word.start > 5);
  if (first === undefined || firstWord === undefined) return null;
  const clause = `ALGORITHM=${algorithm}, LOCK=${lock}`;
  const head = sql
    .slice(0, firstWord.start)
    .replace(/(ALGORITHM|LOCK)\s*=?\s*\w+\s*,\s*/gi, '')
    .trimEnd();
  const body = kept.map((command) => command.text).join(', ');
  const isLoosePartitioning =
    kept.length === 1 && first.isPartitioning && ['PARTITION', 'REMOVE'].includes(first.words[0] ?? '');
  if (isLoosePartitioning) return `${head} ${clause} ${body}`;
  if (first.isPartitioning) return null;
  return `${head} ${body}, ${clause}`;
}

const name = String.raw`(?:\`(?:[^\`]|\`\`)+\`|[\w$]+)`;
const dropIndex = new RegExp(
  String.raw`^DROP\s+INDEX\s+(IF\s+EXISTS\s+)?(${name})\s+ON\s+(${name}(?:\s*\.\s*${name})?)(\s+(?:WAIT\s+\d+|NOWAIT))?(?:\s*(?:ALGORITHM|LOCK)\s*=?\s*\w+)*$`,
  'i',
);

/** MariaDB takes neither ALGORITHM nor LOCK with DROP INDEX, but with the ALTER TABLE that it stands for. */
function dropByAlter(sql: string, clause: string): string | null {
  const found = dropIndex.exec(sql.trim());
  if (found === null) return null;
  const [, exists = '', index = '', table = '', wait = ''] = found;
  return `ALTER TABLE ${table}${wait} DROP INDEX ${exists}${index}, ${clause}`;
}
