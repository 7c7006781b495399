import type { StatementResult } from '../result.ts';
import type { Class } from '../words.ts';
import { readMariadb, type Asked } from './read.ts';
import type { MariadbStatement } from './split.ts';
import { nothing } from './verdict.ts';

/**
 * What the text of a MariaDB statement tells, which is little: the same ALTER is instant on one table and copies another.
 *
 * Only what is lost or renamed can be read; for the rest the server must be asked.
 */
export function judgeMariadbText(statement: MariadbStatement, newTables: ReadonlySet<string>): StatementResult {
  const { file, line, column, sql } = statement;
  const told = tell(readMariadb(statement), newTables);
  return { file, line, column, sql, ...nothing, ...told, safer: null };
}

interface Told {
  readonly class: Class;
  readonly rules: readonly string[];
  readonly reason: string;
}

function tell(asked: Asked, newTables: ReadonlySet<string>): Told {
  if ('table' in asked && newTables.has(asked.table))
    return { class: 'safe', rules: [], reason: 'Touches a table that this migration made.' };
  switch (asked.does) {
    case 'truncate':
      return { class: 'dangerous', rules: ['empties-table'], reason: `Removes all rows of ${asked.table}.` };
    case 'rename-table':
      return {
        class: 'dangerous',
        rules: ['renames-what-is-used'],
        reason: `Renames table ${asked.from} to ${asked.to}.`,
      };
    case 'drop':
      return ['table', 'view', 'sequence'].includes(asked.object)
        ? { class: 'dangerous', rules: ['drops-what-is-used'], reason: `Drops a ${asked.object}.` }
        : { class: 'review', rules: ['drops-safeguard'], reason: `Drops a ${asked.object}.` };
    case 'alter': {
      const renamed = asked.commands.find(({ renames }) => renames !== null)?.renames;
      if (renamed)
        return {
          class: 'dangerous',
          rules: ['renames-what-is-used'],
          reason: `Renames ${renamed.object} ${renamed.from} to ${renamed.to}.`,
        };
      const dropped = asked.commands.find(({ words }) => words[0] === 'DROP' && !kept.includes(words[1] ?? ''));
      if (dropped !== undefined)
        return { class: 'dangerous', rules: ['drops-what-is-used'], reason: `${dropped.text} on ${asked.table}.` };
      return unknown(`How MariaDB changes ${asked.table} depends on the table; ask a server.`);
    }
    case 'write':
      if (asked.verb === 'insert') return { class: 'safe', rules: [], reason: 'Adds rows.' };
      return asked.filtered
        ? unknown('Whether an index finds the rows cannot be told from the text.')
        : { class: 'dangerous', rules: ['whole-table-write'], reason: 'Changes every row in one statement.' };
    case 'other':
      return /^(CREATE (TABLE|VIEW|TEMPORARY|OR|SEQUENCE)|SET )/.test(`${asked.verb} `)
        ? { class: 'safe', rules: [], reason: 'Changes no table that stood before.' }
        : unknown('What it does cannot be told from the text.');
    default:
      return unknown('What it does cannot be told from the text.');
  }
}

const kept = ['INDEX', 'KEY', 'CONSTRAINT', 'FOREIGN', 'CHECK', 'PRIMARY', 'DEFAULT'];

const unknown = (reason: string): Told => ({ class: 'unobserved', rules: [], reason });
