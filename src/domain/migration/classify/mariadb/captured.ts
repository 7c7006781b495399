import type { CapturedQuery } from '../captured.ts';
import { splitMariadb, type MariadbStatement } from './split.ts';
import { upper, wordsOf } from './words.ts';

/**
 * The statements that a command sent, to be done again on a copy; a statement's line is its number.
 *
 * Refused queries are left out: the command went on without them. So is what only the connection was told: the
 * character set, the mode of commits, the database that is used anyway.
 */
export function statementsOfCaptured(
  command: string,
  { queries, refused }: { readonly queries: readonly CapturedQuery[]; readonly refused: readonly string[] },
): readonly MariadbStatement[] {
  const left = [...refused];
  const statements: MariadbStatement[] = [];
  for (const { query } of queries) {
    const at = left.indexOf(query);
    if (at !== -1) {
      left.splice(at, 1);
      continue;
    }
    for (const one of splitMariadb(command, query)) {
      if (isAboutTheConnection(one.sql)) continue;
      statements.push({ ...one, line: statements.length + 1, column: 1 });
    }
  }
  return statements;
}

const connectionSettings = /^(NAMES|CHARACTER|AUTOCOMMIT|@@)/;

function isAboutTheConnection(sql: string): boolean {
  const [first, second, third] = wordsOf(sql).slice(0, 3).map(upper);
  if (first === 'USE' || first === 'SHOW' || first === 'COMMIT' || first === 'ROLLBACK' || first === 'BEGIN')
    return true;
  if (first === 'START' && second === 'TRANSACTION') return true;
  if (first === 'SELECT') return !wordsOf(sql).some((word) => ['INTO', 'UPDATE'].includes(upper(word)));
  if (first !== 'SET') return false;
  return connectionSettings.test(second === 'SESSION' ? (third ?? '') : (second ?? ''));
}
