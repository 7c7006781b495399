import type { MariadbStatement } from './split.ts';
import { atCommas, nameOf, upper, wordsOf, type Word } from './words.ts';

/** What a statement asks for, as far as its leading words tell; the server judges the rest. */
export type Asked =
  | { readonly does: 'alter'; readonly table: string; readonly commands: readonly AlterCommand[] }
  | { readonly does: 'create-index' | 'drop-index'; readonly table: string }
  | { readonly does: 'write'; readonly verb: 'insert' | 'update' | 'delete'; readonly filtered: boolean }
  | { readonly does: 'rename-table'; readonly from: string; readonly to: string }
  | { readonly does: 'truncate'; readonly table: string }
  | { readonly does: 'drop'; readonly object: string }
  | { readonly does: 'opaque'; readonly by: string }
  | { readonly does: 'forbidden'; readonly why: string }
  | { readonly does: 'rebuild'; readonly by: string; readonly table: string }
  | { readonly does: 'other'; readonly verb: string };

export interface AlterCommand {
  readonly text: string;
  /** Leading words, in upper case. */
  readonly words: readonly string[];
  /** `RENAME COLUMN a TO b`, `CHANGE a b`, `RENAME TO b`. */
  readonly renames: { readonly object: 'column' | 'table'; readonly from: string; readonly to: string } | null;
  readonly isClause: boolean;
  readonly isPartitioning: boolean;
}

export function readMariadb(statement: Pick<MariadbStatement, 'sql'>): Asked {
  const words = wordsOf(statement.sql);
  const [first, second, third] = words.slice(0, 3).map(upper);
  if (first === 'ALTER' && words.slice(1, 4).some((word) => upper(word) === 'TABLE'))
    return alter(statement.sql, words);
  const on = words.findIndex((word) => upper(word) === 'ON');
  if (first === 'CREATE' && words.slice(1, 5).some((word) => upper(word) === 'INDEX') && on > 0) {
    return { does: 'create-index', table: nameAt(words, on + 1).name };
  }
  if (first === 'DROP' && second === 'INDEX' && on > 0)
    return { does: 'drop-index', table: nameAt(words, on + 1).name };
  if (first === 'RENAME' && (second === 'TABLE' || second === 'TABLES')) {
    const from = nameAt(words, 2);
    return { does: 'rename-table', from: from.name, to: nameAt(words, from.next + 1).name };
  }
  if (first === 'TRUNCATE') return { does: 'truncate', table: nameAt(words, second === 'TABLE' ? 2 : 1).name };
  if (first === 'OPTIMIZE') return { does: 'rebuild', by: 'OPTIMIZE TABLE', table: nameAt(words, 2).name };
  if (first === 'UPDATE' || first === 'DELETE') {
    return {
      does: 'write',
      verb: first.toLowerCase() as 'update',
      filtered: words.some((word) => upper(word) === 'WHERE'),
    };
  }
  if (first === 'INSERT' || first === 'REPLACE') return { does: 'write', verb: 'insert', filtered: true };
  if (first === 'CALL' || first === 'EXECUTE' || first === 'PREPARE') return { does: 'opaque', by: first };
  if ((first === 'CREATE' || first === 'DROP' || first === 'ALTER') && (second === 'DATABASE' || second === 'SCHEMA')) {
    return { does: 'forbidden', why: 'it makes, changes or drops whole databases' };
  }
  if (first === 'LOAD' || (first === 'SELECT' && words.some((word) => upper(word) === 'OUTFILE'))) {
    return { does: 'forbidden', why: 'it reads or writes files of the server' };
  }
  if (
    ['SHUTDOWN', 'KILL', 'INSTALL', 'UNINSTALL', 'USE'].includes(first ?? '') ||
    (first === 'SET' && second === 'GLOBAL')
  ) {
    return {
      does: 'forbidden',
      why: first === 'USE' ? 'it leaves the copy for another database' : 'it changes the server itself',
    };
  }
  if (first === 'DROP')
    return {
      does: 'drop',
      object: second === 'TEMPORARY' ? (third ?? '').toLowerCase() : (second ?? '').toLowerCase(),
    };
  return { does: 'other', verb: [first, second].filter(Boolean).join(' ') };
}

function alter(sql: string, words: readonly Word[]): Asked {
  let at = words.findIndex((word) => upper(word) === 'TABLE') + 1;
  if (upper(words[at]) === 'IF') at += 2;
  const table = nameAt(words, at);
  at = table.next;
  if (upper(words[at]) === 'WAIT') at += 2;
  else if (upper(words[at]) === 'NOWAIT') at += 1;
  const commands = atCommas(words.slice(at))
    .filter((group) => group.length > 0)
    .map((group) => command(sql, group, table.name));
  return { does: 'alter', table: table.name, commands };
}

function command(sql: string, group: readonly Word[], table: string): AlterCommand {
  const words = group.slice(0, 6).map(upper);
  const plain = (index: number): string => nameOf(group[index]);
  const column = words[1] === 'COLUMN' ? 2 : 1;
  let renames: AlterCommand['renames'] = null;
  if (words[0] === 'RENAME' && words[1] === 'COLUMN') {
    const from = words[2] === 'IF' ? 4 : 2;
    renames = { object: 'column', from: plain(from), to: plain(from + 2) };
  } else if (words[0] === 'CHANGE') {
    const from = words[column] === 'IF' ? column + 2 : column;
    if (plain(from).toLowerCase() !== plain(from + 1).toLowerCase()) {
      renames = { object: 'column', from: plain(from), to: plain(from + 1) };
    }
  } else if (words[0] === 'RENAME' && !['INDEX', 'KEY'].includes(words[1] ?? '')) {
    renames = { object: 'table', from: table, to: plain(['TO', 'AS', '='].includes(words[1] ?? '') ? 2 : 1) };
  }
  return {
    text: sql.slice(group[0]?.start, group.at(-1)?.end),
    words,
    renames,
    isClause: words[0] === 'ALGORITHM' || words[0] === 'LOCK',
    isPartitioning: words.includes('PARTITION') || words.includes('PARTITIONING'),
  };
}

/** A name, with or without its database. */
function nameAt(words: readonly Word[], at: number): { readonly name: string; readonly next: number } {
  const isQualified = words[at + 1]?.text === '.';
  return isQualified ? { name: nameOf(words[at + 2]), next: at + 3 } : { name: nameOf(words[at]), next: at + 1 };
}
