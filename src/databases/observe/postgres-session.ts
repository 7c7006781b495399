import type { Catalog, CatalogEntry } from '../../domain/migration/classify/catalog.ts';
import type { LockMode } from '../../domain/migration/classify/observation.ts';
import { lockModeOf } from '../../domain/migration/classify/observation.ts';
import type { Clock, SqlConnection } from '../../ports.ts';

/** The connections of one observation, all to the same throw-away database. */
export interface ObservationSession {
  /** Runs the migration. */
  readonly main: SqlConnection;
  readonly mainPid: number;
  /** Tries what others would do meanwhile. */
  readonly prober: SqlConnection;
  /** Hold locks for a moment, so that a statement outside a transaction stands still to be looked at. */
  readonly gates: readonly SqlConnection[];
  /** What stood before the first statement of the first file. */
  readonly base: Catalog;
  readonly clock: Clock;
}

export interface LockSeen {
  readonly id: string;
  readonly mode: LockMode;
  readonly granted: boolean;
}

const locksOf = (pid: string): string => `
SELECT 'relation:' || l.relation AS id, l.mode, l.granted, l.locktype FROM pg_locks l
WHERE l.pid = ${pid} AND (NOT l.granted OR (l.locktype = 'relation' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())))`;

/** Table locks of a backend on what stood before, and whether it waits for anything now. */
export async function locksHeld(
  connection: SqlConnection,
  pid: number | 'own',
  base: Catalog,
): Promise<{ readonly locks: readonly LockSeen[]; readonly waits: boolean }> {
  const rows = await connection.query(locksOf(pid === 'own' ? 'pg_backend_pid()' : String(pid)));
  const locks = rows.flatMap((row): LockSeen[] => {
    const mode = lockModeOf(String(row['mode']));
    const id = String(row['id']);
    const isRelation = row['locktype'] === 'relation' && mode !== null && isLockable(base.get(id));
    return isRelation ? [{ id, mode, granted: row['granted'] === true }] : [];
  });
  return { locks, waits: rows.some((row) => row['granted'] !== true) };
}

/** Indexes and sequences are locked along with their tables; nobody asks for them alone. */
export function isLockable(entry: CatalogEntry | undefined): entry is CatalogEntry {
  return entry !== undefined && ['table', 'view', 'materialized view', 'foreign table'].includes(entry.kind);
}

export interface Counters {
  readonly scans: number;
  readonly changed: number;
}

/** Scans and changed rows of this transaction so far (`xact`), or of the whole database. */
export async function counters(
  connection: SqlConnection,
  scope: 'transaction' | 'database',
): Promise<ReadonlyMap<string, Counters>> {
  const view = scope === 'transaction' ? 'pg_stat_xact_user_tables' : 'pg_stat_user_tables';
  const rows = await connection.query(
    `SELECT 'relation:' || relid AS id, seq_scan AS scans, n_tup_upd + n_tup_del AS changed FROM ${view} WHERE seq_scan > 0 OR n_tup_upd + n_tup_del > 0`,
  );
  return new Map(
    rows.map((row) => [String(row['id']), { scans: Number(row['scans']), changed: Number(row['changed']) }]),
  );
}
