import { promises, withPromise, type Algorithm, type Lock } from '../../domain/migration/classify/mariadb/promise.ts';
import { sqlFailureOf } from '../../domain/migration/sql-failure.ts';
import type { Clock, SqlConnection } from '../../ports.ts';

export interface ServerAnswer {
  readonly algorithm: Algorithm;
  readonly lock: Lock;
  /** The statement as it was accepted. */
  readonly proven: string;
  readonly ms: number;
}

/** Not supported, for this operation or for a reason that the server names. */
const notSupported = ['1845', '1846'];

/** InnoDB's number of every table, and of every partition, of this database; a table that is made anew gets another. */
export async function tableIds(connection: SqlConnection): Promise<ReadonlyMap<string, string>> {
  const rows = await connection.query(
    `SELECT TABLE_ID AS id, NAME AS name FROM information_schema.INNODB_SYS_TABLES WHERE NAME LIKE concat(DATABASE(), '/%')`,
  );
  return new Map(
    rows.map((row) => {
      const name = String(row['name']);
      return [String(row['id']), name.slice(name.indexOf('/') + 1).replace(/#[Pp]#.*$/, '')];
    }),
  );
}

/**
 * Run an ALTER TABLE, CREATE INDEX or DROP INDEX in the kindest way that the server accepts.
 *
 * Null when there is nothing to ask, and nothing was run. Where the server accepted INSTANT or NOCOPY and still made
 * the table anew, the answer is asked for again on a fresh table of the old shape.
 */
export async function askServer(
  sql: string,
  table: string,
  scratch: string,
  main: SqlConnection,
  clock: Clock,
): Promise<ServerAnswer | null> {
  if (withPromise(sql, { algorithm: 'INSTANT', lock: 'NONE' }) === null) return null;
  const shape = await shapeOf(table, main);
  const idsBefore = await tableIds(main);
  const answer = await firstAccepted(sql, 0, main, clock);
  if (answer === null) return null;
  const isFalse =
    madeAnew(idsBefore, await tableIds(main)) && (answer.algorithm === 'INSTANT' || answer.algorithm === 'NOCOPY');
  return isFalse ? await askAgain(sql, table, shape, scratch, answer, main, clock) : answer;
}

async function firstAccepted(
  sql: string,
  from: number,
  main: SqlConnection,
  clock: Clock,
): Promise<ServerAnswer | null> {
  for (const promise of promises.slice(from)) {
    const proven = withPromise(sql, promise) ?? sql;
    const started = clock.monotonicMs();
    try {
      await main.query(proven);
      return { ...promise, proven, ms: clock.monotonicMs() - started };
    } catch (error) {
      if (!notSupported.includes(sqlFailureOf(error)?.sqlState ?? '')) throw error;
    }
  }
  return null;
}

function madeAnew(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): boolean {
  return [...before.keys()].some((id) => !after.has(id));
}

async function shapeOf(table: string, main: SqlConnection): Promise<string> {
  const [row] = await main.query(`SHOW CREATE TABLE \`${table}\``);
  const shape = row?.['Create Table'];
  return typeof shape === 'string' ? shape : '';
}

/** Each honest way is tried on a table of its own, from the kindest on, until one keeps its word. */
async function askAgain(
  sql: string,
  table: string,
  shape: string,
  scratch: string,
  claimed: ServerAnswer,
  main: SqlConnection,
  clock: Clock,
): Promise<ServerAnswer> {
  const [row] = await main.query('SELECT DATABASE() AS name, @@foreign_key_checks AS checks');
  const home = String(row?.['name']);
  const worst: ServerAnswer = {
    ...claimed,
    algorithm: 'COPY',
    lock: 'SHARED',
    proven: withPromise(sql, { algorithm: 'COPY', lock: 'SHARED' }) ?? sql,
  };
  try {
    await main.query(`USE \`${scratch}\``);
    await main.query('SET foreign_key_checks = 0');
    for (const [i, promise] of promises.entries()) {
      if (promise.algorithm === 'INSTANT') continue;
      await main.query(`DROP TABLE IF EXISTS \`${table}\``);
      await main.query(shape);
      const ids = await tableIds(main);
      const answer = await firstAccepted(sql, i, main, clock);
      if (answer === null) return worst;
      const keepsWord = answer.algorithm !== 'NOCOPY' || !madeAnew(ids, await tableIds(main));
      if (keepsWord) return { ...answer, ms: claimed.ms };
    }
    return worst;
  } catch (error) {
    if (sqlFailureOf(error) === null) throw error;
    return worst;
  } finally {
    await main.query(`SET foreign_key_checks = ${Number(row?.['checks'])}`);
    await main.query(`USE \`${home}\``);
  }
}
