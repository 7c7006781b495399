import { textOf } from '../../domain/migration/row.ts';
import type { SqlRow } from '../../ports.ts';
import type { FailedQuery, RecordedQuery } from '../database.ts';

/** `2026-01-14 09:30:00 3 app1[app1] @  [127.0.0.1] `shop` ERROR 1054: Unknown column 'a' in 'SELECT' : SELECT a`. */
const head =
  /^\d{4}-\d\d-\d\d +\d{1,2}:\d\d:\d\d (?:\d+ )?([^[\n]*)\[[^\]\n]*\] @ [^\n]*? (?:`(?:[^`\n]|``)*` |NULL )?ERROR (\d+): /gm;

/** The queries that the server refused, from the log of the plug-in `sql_errlog`; a query may have several lines. */
export function refusedByMariadb(log: string, applicationOf: (user: string) => string): readonly FailedQuery[] {
  const heads = Array.from(log.matchAll(head));
  return heads.flatMap((match, i): FailedQuery[] => {
    const [line, user = '', sqlState = ''] = match;
    const text = log.slice(match.index + line.length, heads[i + 1]?.index ?? log.length).trimEnd();
    const [message = '', query = ''] = divide(text);
    if (query === '') return [];
    return [{ applicationName: applicationOf(user), sqlState, message, query, parameters: null }];
  });
}

/** A message may hold the same sign: an error of the syntax quotes the query with it. */
function divide(text: string): readonly string[] {
  const sign = ' : ';
  const quoted = /^You have an error in your SQL syntax[^]*? near '[^]*?' at line \d+ : /.exec(text)?.[0];
  const end = quoted === undefined ? text.indexOf(sign) : quoted.length - sign.length;
  return end === -1 ? [text] : [text.slice(0, end), text.slice(end + sign.length)];
}

/** The queries that connections to a recorded database sent, from rows of `mysql.general_log` in their order. */
export function recordedByMariadb(
  rows: readonly SqlRow[],
  databases: ReadonlySet<string>,
  applicationOf: (user: string) => string,
): readonly RecordedQuery[] {
  const inside = new Set<string>();
  return rows.flatMap((row): RecordedQuery[] => {
    const [thread, command, query] = [textOf(row, 'thread'), textOf(row, 'command'), textOf(row, 'query')];
    if (command === 'Connect' || command === 'Init DB') {
      const database = command === 'Init DB' ? query : (/ on (.*) using /s.exec(query)?.[1] ?? '');
      if (databases.has(database)) inside.add(thread);
      else inside.delete(thread);
      return [];
    }
    if (!inside.has(thread) || (command !== 'Query' && command !== 'Execute')) return [];
    const user = /^([^[]*)\[/.exec(textOf(row, 'user'))?.[1] ?? '';
    // What was prepared stands here with its values in their places.
    return [{ applicationName: applicationOf(user), session: thread, query, parameters: null }];
  });
}
