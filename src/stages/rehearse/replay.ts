import type { RecordedQuery } from '../../databases/database.ts';
import type { RefusedQuery } from '../../domain/migration/compatibility/refused-query.ts';
import { sqlFailureOf } from '../../domain/migration/sql-failure.ts';
import type { SqlConnection } from '../../ports.ts';

/** What is only read or written, and so can be tried without leaving anything. */
const replayable = /^\s*(--[^\n]*\n\s*|\/\*[^]*?\*\/\s*)*(select|insert|update|delete|with|values|merge|table)\b/i;
const mostQueries = 500;
const longestQueryMs = 30_000;

/** Each query once with each set of parameters, in the order in which they were first asked. */
export function distinctQueries(recorded: readonly RecordedQuery[]): readonly RecordedQuery[] {
  const seen = new Map<string, RecordedQuery>();
  for (const one of recorded) {
    const key = `${one.query}\0${one.parameters ?? ''}`;
    if (replayable.test(one.query) && seen.size < mostQueries && !seen.has(key)) seen.set(key, one);
  }
  return Array.from(seen.values());
}

/** Ask the queries again, each in a transaction of its own that is rolled back; those that the server refuses. */
export async function replay(
  queries: readonly RecordedQuery[],
  connection: SqlConnection,
): Promise<readonly RefusedQuery[]> {
  await connection.query(`SET statement_timeout = ${longestQueryMs}`);
  const refused: RefusedQuery[] = [];
  for (const one of queries) {
    const failure = await tryQuery(one, connection);
    if (failure !== null) refused.push({ ...one, ...failure });
  }
  return refused;
}

/** How the server refuses to prepare or to run a query, or null; nothing of it stays. */
export async function tryQuery(
  { query, parameters }: Pick<RecordedQuery, 'query' | 'parameters'>,
  connection: SqlConnection,
): Promise<{ readonly sqlState: string; readonly message: string } | null> {
  await connection.query('BEGIN');
  try {
    await connection.query(`PREPARE fairway_probe AS ${query}`);
    const values = parameters === null ? '' : valuesOf(parameters);
    await connection.query(`EXECUTE fairway_probe${values === '' ? '' : ` (${values})`}`);
    return null;
  } catch (error) {
    const failure = sqlFailureOf(error);
    if (failure === null) throw error;
    return { sqlState: failure.sqlState, message: failure.message };
  } finally {
    await connection.query('ROLLBACK');
    await connection.query('DEALLOCATE ALL');
  }
}

/** `$1 = 'a', $2 = NULL` as the server's log has it, as a list of values. */
function valuesOf(parameters: string): string {
  return Array.from(parameters.matchAll(/\$\d+ = (NULL|'(?:[^']|'')*')/g), ([, value]) => value).join(', ');
}
