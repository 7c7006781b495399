import type { RecordedQuery } from '../../databases/database.ts';
import type { Dialect } from '../../domain/migration/dialect.ts';
import type { RefusedQuery } from '../../domain/migration/compatibility/refused-query.ts';
import type { SqlConnection } from '../../ports.ts';
import { limitQueries, tryQuery } from './try-query.ts';

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
  dialect: Dialect,
  connection: SqlConnection,
): Promise<readonly RefusedQuery[]> {
  await limitQueries(longestQueryMs, dialect, connection);
  const refused: RefusedQuery[] = [];
  for (const one of queries) {
    const failure = await tryQuery(one, dialect, connection);
    if (failure !== null) refused.push({ ...one, ...failure });
  }
  return refused;
}
