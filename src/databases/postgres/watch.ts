import { lockModeOf, strongest } from '../../domain/migration/classify/observation.ts';
import type { Gauge, WorkKind } from '../../domain/migration/predict.ts';
import { textOf } from '../../domain/migration/row.ts';
import type { Clock, SqlConnection } from '../../ports.ts';
import { readStatistics } from '../observe/statistics.ts';
import { gaugeBy } from '../gauge.ts';
import type { SeenStatement, StatementWatch, Watcher } from '../watch.ts';

/** Every relation of the users', with its file, what this transaction did to it, and the locks of this session on it. */
const look = `
SELECT c.oid::text AS id,
  CASE WHEN n.nspname = 'public' THEN quote_ident(c.relname) ELSE quote_ident(n.nspname) || '.' || quote_ident(c.relname) END AS name,
  c.relkind IN ('r', 'm') AS has_rows, c.relfilenode::text AS file,
  coalesce(s.seq_scan, 0)::text AS scans, coalesce(s.n_tup_upd + s.n_tup_del, 0)::text AS changed, l.modes,
  (SELECT count(*)::text FROM pg_index i WHERE i.indrelid = c.oid) AS indexes
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_stat_xact_user_tables s ON s.relid = c.oid
LEFT JOIN (
  SELECT relation, string_agg(mode, ',') AS modes FROM pg_locks
  WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted GROUP BY relation) l ON l.relation = c.oid
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'm', 'v') AND n.nspname NOT LIKE 'pg\\_%'`;

interface Relation {
  readonly name: string;
  readonly hasRows: boolean;
  readonly file: string;
  readonly scans: number;
  readonly changed: number;
  readonly modes: readonly string[];
  readonly indexes: number;
}

export const postgresStatementWatcher: Watcher = { watch, statistics: readStatistics, gauge: gaugeBy(timesOn) };

async function watch(connection: SqlConnection, _scratch: string, clock: Clock): Promise<StatementWatch> {
  const stood = new Set((await relations(connection)).keys());
  return {
    async run(sql) {
      const before = await relations(connection);
      const begin = clock.monotonicMs();
      await connection.query(sql);
      const ms = clock.monotonicMs() - begin;
      return { ms, promise: null, ...difference(sql, stood, before, await relations(connection)) };
    },
  };
}

async function relations(connection: SqlConnection): Promise<ReadonlyMap<string, Relation>> {
  const rows = await connection.query(look);
  return new Map(
    rows.map((row) => [
      textOf(row, 'id'),
      {
        name: textOf(row, 'name'),
        hasRows: row['has_rows'] === true,
        file: textOf(row, 'file'),
        scans: Number(textOf(row, 'scans')),
        changed: Number(textOf(row, 'changed')),
        indexes: Number(textOf(row, 'indexes')),
        modes: textOf(row, 'modes')
          .split(',')
          .filter((mode) => mode !== ''),
      },
    ]),
  );
}

function difference(
  sql: string,
  stood: ReadonlySet<string>,
  before: ReadonlyMap<string, Relation>,
  after: ReadonlyMap<string, Relation>,
): Pick<SeenStatement, 'lock' | 'relations' | 'work'> {
  const known = [...after].flatMap(([id, now]) => {
    const earlier = before.get(id);
    return stood.has(id) && earlier !== undefined ? [{ earlier, now }] : [];
  });
  const taken = known.flatMap(({ earlier, now }) => {
    const lock = strongest(
      now.modes.filter((mode) => !earlier.modes.includes(mode)).flatMap((mode) => lockModeOf(mode) ?? []),
    );
    return lock === null ? [] : [{ name: now.name, lock }];
  });
  const lock = strongest(taken.map((one) => one.lock)) ?? whatTheManualSays(sql);
  return {
    lock,
    relations: taken.filter((one) => one.lock === lock).map((one) => one.name),
    work: known.flatMap(({ earlier, now }) => {
      const kind = workOf(sql, earlier, now);
      return kind === null ? [] : [{ relation: now.name, kind, indexes: earlier.indexes }];
    }),
  };
}

function workOf(sql: string, earlier: Relation, now: Relation): WorkKind | null {
  if (!now.hasRows) return null;
  if (now.file !== earlier.file) return 'rewrite';
  if (now.changed > earlier.changed) return 'update';
  if (now.scans <= earlier.scans) return null;
  return /\b(INDEX|UNIQUE|PRIMARY\s+KEY|EXCLUDE)\b/i.test(sql) ? 'index' : 'scan';
}

/** What runs outside a transaction holds nothing any more when one can look. */
function whatTheManualSays(sql: string): string | null {
  return /^\s*(CREATE|DROP|REINDEX)\b[^;]*\bCONCURRENTLY\b/i.test(sql) ? 'SHARE UPDATE EXCLUSIVE' : null;
}

async function timesOn(rows: number, rowBytes: number, connection: SqlConnection, clock: Clock): Promise<Gauge['ms']> {
  const table = 'fairway_gauge';
  const time = async (sql: string): Promise<number> => {
    const begin = clock.monotonicMs();
    await connection.query(sql);
    return clock.monotonicMs() - begin;
  };
  const padding = Math.max(1, Math.min(2_000, Math.round(rowBytes) - 48));
  await connection.query(
    `CREATE TABLE ${table} AS SELECT n AS id, (n::bigint * 7919 % ${rows})::int AS value, repeat('x', ${padding}) AS pad FROM generate_series(1, ${rows}) n`,
  );
  try {
    await connection.query(`ANALYZE ${table}`);
    await connection.query(`SELECT count(*) FROM ${table}`);
    const scan = await time(`ALTER TABLE ${table} ADD CONSTRAINT gauge CHECK (value IS NOT NULL)`);
    await connection.query(`ALTER TABLE ${table} DROP CONSTRAINT gauge`);
    const rewrite = await time(`ALTER TABLE ${table} ALTER value TYPE bigint`);
    const update = await time(`UPDATE ${table} SET value = value + 1`);
    await connection.query(`VACUUM FULL ${table}`);
    const index = await time(`CREATE INDEX ON ${table} (value)`);
    const withIndex = await time(`UPDATE ${table} SET value = value + 1`);
    return {
      scan,
      index,
      rewrite,
      copy: rewrite,
      update,
      updateEntry: Math.max(0, withIndex - update),
      copyEntry: index,
    };
  } finally {
    await connection.query(`DROP TABLE IF EXISTS ${table}`);
  }
}
