import type { ServerPromise } from '../../domain/migration/classify/mariadb/promise.ts';
import { readMariadb, type Asked } from '../../domain/migration/classify/mariadb/read.ts';
import { nameOf, wordsOf } from '../../domain/migration/classify/mariadb/words.ts';
import type { Gauge, WorkKind } from '../../domain/migration/predict.ts';
import { textOf } from '../../domain/migration/row.ts';
import type { Clock, SqlConnection } from '../../ports.ts';
import { askServer, tableIds } from '../observe/mariadb-promises.ts';
import { readMariadbStatistics } from '../observe/statistics.ts';
import { gaugeBy } from '../gauge.ts';
import type { SeenStatement, StatementWatch, Watcher } from '../watch.ts';

export const mariadbStatementWatcher: Watcher = { watch, statistics: readMariadbStatistics, gauge: gaugeBy(timesOn) };

/** MariaDB shows no locks: the server is asked for the kindest way, and what it accepted says what others wait for. */
async function watch(connection: SqlConnection, scratch: string, clock: Clock): Promise<StatementWatch> {
  const rows = await connection.query(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE <> 'VIEW'`,
  );
  const stood = new Set(rows.map((row) => textOf(row, 'name')));
  return {
    async run(sql) {
      const asked = readMariadb({ sql });
      const table = tableOf(sql, asked, stood);
      const isOld = table !== null && stood.has(table);
      const before = isOld ? await tableIds(connection) : new Map<string, string>();
      const indexesBefore = isOld ? await indexesOf(table, connection) : 0;
      const mayAsk = isOld && !saysItself(sql);
      const answer = mayAsk ? await askServer(sql, table, scratch, connection, clock) : null;
      const begin = clock.monotonicMs();
      if (answer === null) await connection.query(sql);
      const ms = answer?.ms ?? clock.monotonicMs() - begin;
      const after = isOld ? await tableIds(connection) : before;
      const isRebuilt = [...before].some(([id, name]) => name === table && !after.has(id)) && asked.does !== 'drop';
      const lock = answer?.lock ?? (asked.does === 'rename-table' && isOld ? 'EXCLUSIVE' : null);
      const kind = isOld ? workOf(sql, asked, answer, isRebuilt) : null;
      return {
        ms,
        lock,
        relations: isOld && lock !== null ? [table] : [],
        promise: answer === null ? null : { algorithm: answer.algorithm, lock: answer.lock },
        work: table === null || kind === null ? [] : [{ relation: table, kind, indexes: indexesBefore }],
      } satisfies SeenStatement;
    },
  };
}

/** Who names the algorithm or the lock knows what he wants. */
export function saysItself(sql: string): boolean {
  return /\b(ALGORITHM|LOCK)\s*=/i.test(sql);
}

function tableOf(sql: string, asked: Asked, stood: ReadonlySet<string>): string | null {
  if (asked.does === 'rename-table') return asked.from;
  if ('table' in asked) return asked.table;
  if (asked.does !== 'write') return null;
  const names = wordsOf(sql).map((word) => nameOf(word));
  return names.find((name) => stood.has(name)) ?? null;
}

/** Without the primary key, which is the table itself. */
async function indexesOf(table: string, connection: SqlConnection): Promise<number> {
  const [row] = await connection.query(
    `SELECT COUNT(DISTINCT INDEX_NAME) AS found FROM information_schema.STATISTICS
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND INDEX_NAME <> 'PRIMARY'`,
    [table],
  );
  return Number(textOf(row, 'found'));
}

function workOf(sql: string, asked: Asked, promise: ServerPromise | null, isRebuilt: boolean): WorkKind | null {
  if (promise?.algorithm === 'COPY') return 'copy';
  if (isRebuilt) return 'rewrite';
  if (asked.does === 'write') return asked.verb === 'insert' || asked.filtered ? null : 'update';
  if (promise === null || promise.algorithm === 'INSTANT') return null;
  return /\b(ADD|CREATE)\b[^,]*\b(INDEX|KEY|UNIQUE|FULLTEXT)\b/i.test(sql) ? 'index' : null;
}

async function timesOn(rows: number, rowBytes: number, connection: SqlConnection, clock: Clock): Promise<Gauge['ms']> {
  const table = 'fairway_gauge';
  const time = async (sql: string): Promise<number> => {
    const begin = clock.monotonicMs();
    await connection.query(sql);
    return clock.monotonicMs() - begin;
  };
  const padding = Math.max(1, Math.min(2_000, Math.round(rowBytes) - 40));
  await connection.query(
    `CREATE TABLE ${table} (id int PRIMARY KEY, value int, pad varchar(2000)) ENGINE=InnoDB
     SELECT seq AS id, seq * 7919 % ${Math.trunc(rows)} AS value, REPEAT('x', ${padding}) AS pad FROM seq_1_to_${Math.trunc(rows)}`,
  );
  try {
    const scan = await time(`SELECT COUNT(*) FROM ${table} WHERE value IS NULL`);
    const rewrite = await time(`ALTER TABLE ${table} FORCE, ALGORITHM=INPLACE`);
    const copy = await time(`ALTER TABLE ${table} MODIFY value bigint`);
    const update = await time(`UPDATE ${table} SET value = value + 1`);
    const index = await time(`ALTER TABLE ${table} ADD INDEX gauge (value)`);
    const withIndex = await time(`UPDATE ${table} SET value = value + 1`);
    const copyWithIndex = await time(`ALTER TABLE ${table} MODIFY value int`);
    const updateEntry = Math.max(0, withIndex - update);
    return { scan, index, rewrite, copy, update, updateEntry, copyEntry: Math.max(0, copyWithIndex - copy) };
  } finally {
    await connection.query(`DROP TABLE IF EXISTS ${table}`);
  }
}
