import { withPromise, type ServerPromise } from '../../domain/migration/classify/mariadb/promise.ts';
import type { Dialect } from '../../domain/migration/dialect.ts';
import type { MigrationSet } from '../../domain/migration/migration.ts';
import { planScript } from '../../domain/migration/script-plan.ts';
import { placeOf, showPlace } from '../../domain/migration/script.ts';
import { sqlFailureOf } from '../../domain/migration/sql-failure.ts';
import type { Clock, SqlConnection } from '../../ports.ts';

/** One statement of a migration on its way to the server. */
export interface StatementToRun {
  readonly sql: string;
  /** `migrations/0002_a.sql:3:1`. */
  readonly place: string;
}

/** Sends a statement, in whichever way; throws what the server throws. */
export type Perform = (statement: StatementToRun, connection: SqlConnection) => Promise<void>;

/** The same connection, but the statements of migrations are handed to `perform`. */
export function performing(
  connection: SqlConnection,
  set: MigrationSet,
  dialect: Dialect,
  perform: Perform,
): SqlConnection {
  const places = new Map<string, string>();
  for (const { up } of set.migrations) {
    if (up.isProgram === true) continue;
    for (const { text, start } of planScript(up, dialect).plan.statements) {
      if (!places.has(text)) places.set(text, showPlace(placeOf(up, start)));
    }
  }
  return {
    async query(text, values) {
      const place = values === undefined ? places.get(text) : undefined;
      if (place === undefined) return await connection.query(text, values);
      await perform({ sql: text, place }, connection);
      return [];
    },
    close: async () => await connection.close(),
  };
}

/** Tell how long each statement took; one that fails is not told. */
export function timed(
  perform: Perform,
  onMeasured: (place: string, ms: number) => void,
  { clock }: { readonly clock: Clock },
): Perform {
  return async (statement, connection) => {
    const begin = clock.monotonicMs();
    await perform(statement, connection);
    onMeasured(statement.place, clock.monotonicMs() - begin);
  };
}

/** The server cannot do it in that way, for this operation or for a reason that it names. */
const notSupported = new Set(['1845', '1846']);

/**
 * Append what the server of the rehearsal promised, so that a target which has drifted refuses instead of blocking.
 *
 * What says ALGORITHM or LOCK itself is sent as it is.
 */
export function asPromised(promises: ReadonlyMap<string, ServerPromise>): Perform {
  return async ({ sql, place }, connection) => {
    const promise = promises.get(place);
    const proven = promise === undefined || /\b(ALGORITHM|LOCK)\s*=/i.test(sql) ? null : withPromise(sql, promise);
    if (promise === undefined || proven === null) {
      await connection.query(sql);
      return;
    }
    try {
      await connection.query(proven);
    } catch (error) {
      const failure = sqlFailureOf(error);
      if (failure === null || !notSupported.has(failure.sqlState)) throw error;
      const asked = `ALGORITHM=${promise.algorithm}, LOCK=${promise.lock}`;
      const hint =
        `in the rehearsal it went with ${asked}; this table has another shape (a FULLTEXT index, a virtual column, a row format), ` +
        'and it would have kept others waiting. Undo that, or write ALGORITHM and LOCK into the statement to run it all the same';
      throw Object.assign(new Error(failure.message, { cause: error }), { failure: { ...failure, hint } });
    }
  };
}
