import type { RecordedQuery } from '../../databases/database.ts';
import type { Dialect } from '../../domain/migration/dialect.ts';
import { sqlFailureOf } from '../../domain/migration/sql-failure.ts';
import type { SqlConnection } from '../../ports.ts';

type Asked = Pick<RecordedQuery, 'query' | 'parameters'>;

/** How an engine is asked a recorded query again. */
interface Asking {
  limit(ms: number): string;
  readonly ask: (asked: Asked, connection: SqlConnection) => Promise<void>;
  /** After the transaction was rolled back. */
  readonly forget: (connection: SqlConnection) => Promise<void>;
}

const engines: Readonly<Record<Dialect['engine'], Asking>> = {
  postgres: {
    limit: (ms) => `SET statement_timeout = ${ms}`,
    async ask({ query, parameters }, connection) {
      await connection.query(`PREPARE fairway_probe AS ${query}`);
      const values = parameters === null ? '' : valuesOf(parameters);
      await connection.query(`EXECUTE fairway_probe${values === '' ? '' : ` (${values})`}`);
    },
    async forget(connection) {
      await connection.query('DEALLOCATE ALL');
    },
  },
  // Its log has the values in their places.
  mariadb: {
    limit: (ms) => `SET SESSION max_statement_time = ${ms / 1_000}`,
    async ask({ query }, connection) {
      await connection.query(query);
    },
    forget: async () => undefined,
  },
};

/** From now on a query may take so long and no longer. */
export async function limitQueries(ms: number, { engine }: Dialect, connection: SqlConnection): Promise<void> {
  await connection.query(engines[engine].limit(ms));
}

/** How the server refuses to prepare or to run a query, or null; nothing of it stays. */
export async function tryQuery(
  asked: Asked,
  { engine }: Dialect,
  connection: SqlConnection,
): Promise<{ readonly sqlState: string; readonly message: string } | null> {
  const { ask, forget } = engines[engine];
  await connection.query('BEGIN');
  try {
    await ask(asked, connection);
    return null;
  } catch (error) {
    const failure = sqlFailureOf(error);
    if (failure === null) throw error;
    return { sqlState: failure.sqlState, message: failure.message };
  } finally {
    await connection.query('ROLLBACK');
    await forget(connection);
  }
}

/** `$1 = 'a', $2 = NULL` as the server's log has it, as a list of values. */
function valuesOf(parameters: string): string {
  return Array.from(parameters.matchAll(/\$\d+ = (NULL|'(?:[^']|'')*')/g), ([, value]) => value).join(', ');
}
