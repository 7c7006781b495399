import type { Catalog } from '../../domain/migration/classify/catalog.ts';
import { changesBetween } from '../../domain/migration/classify/changes.ts';
import type { MariadbObservation } from '../../domain/migration/classify/mariadb/observation.ts';
import { readMariadb, type Asked } from '../../domain/migration/classify/mariadb/read.ts';
import type { MariadbStatement } from '../../domain/migration/classify/mariadb/split.ts';
import { nameOf, wordsOf } from '../../domain/migration/classify/mariadb/words.ts';
import { withRenames } from '../../domain/migration/classify/mariadb/verdict.ts';
import { sqlFailureOf } from '../../domain/migration/sql-failure.ts';
import type { Clock, SqlConnection } from '../../ports.ts';
import { readMariadbCatalog } from './mariadb-catalog.ts';
import { askServer, tableIds } from './mariadb-promises.ts';

export interface MariadbObserveOptions {
  readonly statementTimeoutMs: number;
  /** An empty database for asking again, where the server accepted what it did not do. */
  readonly scratch: string;
}

/**
 * Execute migrations on a throw-away MariaDB database that holds the base schema, asking for the kindest way each time.
 *
 * Answers one observation per statement, file by file. MariaDB commits every change of the schema by itself, so
 * no transaction is modelled. Everything after a failed statement is `not-run`.
 */
export async function observeMariadb(
  scripts: readonly (readonly MariadbStatement[])[],
  options: MariadbObserveOptions,
  connect: (purpose: string) => Promise<SqlConnection>,
  clock: Clock,
): Promise<readonly (readonly MariadbObservation[])[]> {
  const main = await connect('main');
  try {
    await main.query(`SET max_statement_time = ${options.statementTimeoutMs / 1000}`);
    const base = await readMariadbCatalog(main);
    const observed: MariadbObservation[][] = [];
    let current = base;
    let stopped: string | null = null;
    for (const script of scripts) {
      const observations: MariadbObservation[] = [];
      for (const statement of script) {
        if (stopped !== null) {
          observations.push({ kind: 'not-run', why: `an earlier statement failed (${stopped})` });
          continue;
        }
        const { observation, catalog } = await observeOne(statement, base, current, options, main, clock);
        current = catalog;
        if (observation.kind === 'failed') stopped = observation.failure.message;
        observations.push(observation);
      }
      observed.push(observations);
    }
    return observed;
  } finally {
    await main.close();
  }
}

async function observeOne(
  statement: MariadbStatement,
  base: Catalog,
  before: Catalog,
  options: MariadbObserveOptions,
  main: SqlConnection,
  clock: Clock,
): Promise<{ readonly observation: MariadbObservation; readonly catalog: Catalog }> {
  const asked = readMariadb(statement);
  if (asked.does === 'forbidden') {
    return { observation: { kind: 'not-run', why: asked.why }, catalog: before };
  }
  const table = tableOf(asked);
  const isOld = table !== null && base.has(`table:${table}`);
  const started = clock.monotonicMs();
  try {
    const scanned = await readsAll(statement, asked, base, main);
    const idsBefore = await tableIds(main);
    const answer = isOld ? await askServer(statement.sql, table, options.scratch, main, clock) : null;
    const began = clock.monotonicMs();
    if (answer === null) await main.query(statement.sql);
    const ms = answer?.ms ?? clock.monotonicMs() - began;
    const idsAfter = await tableIds(main);
    const catalog = await readMariadbCatalog(main);
    const changes = changesBetween(base, before, catalog);
    const gone = [...idsBefore].some(([id, name]) => !idsAfter.has(id) && base.has(`table:${name}`));
    const observation: MariadbObservation = {
      kind: 'observed',
      algorithm: answer?.algorithm ?? null,
      lock: answer?.lock ?? (asked.does === 'rename-table' && isOld ? 'EXCLUSIVE' : null),
      rebuilt: isOld && gone && asked.does !== 'drop',
      proven: answer?.proven ?? null,
      table: isOld ? table : null,
      changes: withRenames(changes, renamesOf(asked, base), table ?? ''),
      scanned,
      rows: table === null ? null : Number(before.get(`table:${table}`)?.facts['rows'] ?? 0),
      indexes: isOld ? await indexesOf(table, main) : 0,
      ms,
    };
    return { observation, catalog };
  } catch (error) {
    const failure = sqlFailureOf(error);
    if (failure === null) throw error;
    return { observation: { kind: 'failed', failure, ms: clock.monotonicMs() - started }, catalog: before };
  }
}

async function indexesOf(table: string, main: SqlConnection): Promise<number> {
  const [row] = await main.query(
    `SELECT COUNT(DISTINCT INDEX_NAME) AS found FROM information_schema.STATISTICS
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND INDEX_NAME <> 'PRIMARY'`,
    [table],
  );
  return Number(row?.['found'] ?? 0);
}

function tableOf(asked: Asked): string | null {
  if (asked.does === 'rename-table') return asked.from;
  return 'table' in asked ? asked.table : null;
}

function renamesOf(
  asked: Asked,
  base: Catalog,
): readonly { readonly object: 'column' | 'table'; readonly from: string; readonly to: string }[] {
  const isKnown = (table: string): boolean => base.has(`table:${table}`);
  if (asked.does === 'rename-table')
    return isKnown(asked.from) ? [{ object: 'table', from: asked.from, to: asked.to }] : [];
  if (asked.does !== 'alter' || !isKnown(asked.table)) return [];
  return asked.commands.flatMap(({ renames }) => (renames === null ? [] : [renames]));
}

/** Tables that an UPDATE or DELETE reads from end to end; MariaDB explains them without running them. */
async function readsAll(
  statement: MariadbStatement,
  asked: Asked,
  base: Catalog,
  main: SqlConnection,
): Promise<readonly string[]> {
  if (asked.does !== 'write' || asked.verb === 'insert') return [];
  if (!asked.filtered) {
    // "Deleting all rows" is explained without a table.
    const names = wordsOf(statement.sql).map((word) => nameOf(word));
    return names.filter((name) => base.get(`table:${name}`)?.kind === 'table').slice(0, 1);
  }
  const rows = await main.query(`EXPLAIN ${statement.sql}`);
  // `index` reads the whole index, which of an InnoDB table's primary key is the whole table.
  const all = rows.filter((row) => row['type'] === 'ALL' || row['type'] === 'index');
  return all.flatMap((row) => {
    const name = typeof row['table'] === 'string' ? row['table'] : '';
    return base.has(`table:${name}`) ? [name] : [];
  });
}
