import type { Catalog, CatalogEntry } from '../../domain/migration/classify/catalog.ts';
import type { Access } from '../../domain/migration/classify/words.ts';
import type { SqlConnection } from '../../ports.ts';
import { sqlFailureOf as failureOf } from '../../domain/migration/sql-failure.ts';

/** How long the second connection waits for a lock before it counts as blocked. */
const patienceMs = 25;
const lockNotAvailable = '55P03';

/**
 * What a second connection cannot do with a relation at this moment.
 *
 * Real statements are tried and rolled back; an update and a delete aim at the first row, if there is one,
 * so that row locks are felt as well.
 */
export async function blockedAccess(
  prober: SqlConnection,
  relation: CatalogEntry,
  catalog: Catalog,
): Promise<readonly Access[]> {
  const blocked: Access[] = [];
  for (const [access, sql] of attempts(relation, catalog)) {
    if (await isBlocked(prober, sql)) blocked.push(access);
    // Who may not even read may do nothing: ACCESS EXCLUSIVE conflicts with every mode.
    if (access === 'read' && blocked.length > 0 && relation.kind === 'table')
      return ['read', 'insert', 'update', 'delete'];
  }
  return blocked;
}

function attempts(relation: CatalogEntry, catalog: Catalog): readonly (readonly [Access, string])[] {
  const name = relation.name;
  const read = ['read', `SELECT 1 FROM ${name} LIMIT 1`] as const;
  if (relation.kind !== 'table') return [read];
  const column = [...catalog.values()].find(
    (one) =>
      one.kind === 'column' &&
      one.parent === relation.id &&
      one.facts['generated'] === '' &&
      one.facts['identity'] !== 'a',
  );
  const lock = `LOCK TABLE ${name} IN ROW EXCLUSIVE MODE`;
  return [
    read,
    ['insert', column ? `INSERT INTO ${name} (${column.name}) SELECT ${column.name} FROM ${name} WHERE false` : lock],
    ['update', column ? `UPDATE ${name} SET ${column.name} = ${column.name} WHERE ctid = '(0,1)'` : lock],
    ['delete', `DELETE FROM ${name} WHERE ctid = '(0,1)'`],
  ];
}

async function isBlocked(prober: SqlConnection, sql: string): Promise<boolean> {
  await prober.query(`BEGIN; SET LOCAL lock_timeout = ${patienceMs}`);
  try {
    await prober.query(sql);
    return false;
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return failure.sqlState === lockNotAvailable;
  } finally {
    await prober.query('ROLLBACK');
  }
}
