import type { SeenStatement, StatementWatch } from '../../databases/watch.ts';
import type { ServerPromise } from '../../domain/migration/classify/mariadb/promise.ts';
import { excerpt } from '../../domain/migration/failure.ts';
import { predictFrom, worthPredicting } from '../../domain/migration/predict.ts';
import type { SqlConnection } from '../../ports.ts';
import type { Perform } from '../migrate/perform.ts';
import type { RehearsalDatabases } from './databases.ts';
import type { RehearsalInput, RehearsalPorts } from './input.ts';

/** One statement of the pending migrations, as it was seen on a copy of the base on which nobody else worked. */
export interface WatchedStatement extends Omit<SeenStatement, 'work'> {
  /** `migrations/0002_a.sql:3:1`. */
  readonly place: string;
  readonly statement: string;
  readonly work: SeenStatement['work'];
  /** How long it would take on the target, from its statistics; null where nothing is known or nothing takes time. */
  readonly predictedMs: number | null;
}

/** Gathers what statements do; `perform` is for the runner that migrates. */
export interface Watching {
  readonly perform?: Perform;
  readonly seen: () => readonly Omit<WatchedStatement, 'predictedMs'>[];
}

const scratch = 'fairway_scratch';

/** Statements of an engine that nobody can watch are sent as they are. */
export function watching({ server }: RehearsalDatabases, input: RehearsalInput, ports: RehearsalPorts): Watching {
  const { watcher } = input.database.plugin;
  const seen = new Map<string, Omit<WatchedStatement, 'predictedMs'>>();
  if (watcher === undefined) return { seen: () => [] };
  let scratchMade: Promise<void> | null = null;
  const watches = new Map<SqlConnection, Promise<StatementWatch>>();
  const watchOf = async (connection: SqlConnection): Promise<StatementWatch> => {
    const known = watches.get(connection);
    if (known !== undefined) return await known;
    const made = watcher.watch(connection, scratch, ports.clock);
    watches.set(connection, made);
    if (input.database.plugin.dialect.engine === 'mariadb') await (scratchMade ??= server.create(scratch));
    return await made;
  };
  return {
    perform: async ({ sql, place }, connection) => {
      const one = await (await watchOf(connection)).run(sql);
      seen.set(place, { place, statement: excerpt(sql), ...one, ms: Math.round(one.ms * 10) / 10 });
    },
    seen: () => [...seen.values()],
  };
}

/** What the server promised, by place; for the runner of the target. */
export function promisesOf(statements: readonly WatchedStatement[]): ReadonlyMap<string, ServerPromise> {
  return new Map(statements.flatMap(({ place, promise }) => (promise === null ? [] : [[place, promise] as const])));
}

const gaugeRows = 20_000;

/**
 * Add how long each statement would take on the target. The server is gauged once for each width of rows, and only
 * where a table of the target is large enough to matter.
 */
export async function predicted(
  seen: readonly Omit<WatchedStatement, 'predictedMs'>[],
  { server, base }: RehearsalDatabases,
  input: RehearsalInput,
  ports: RehearsalPorts,
): Promise<readonly WatchedStatement[]> {
  const { watcher } = input.database.plugin;
  const target = input.targetStatistics ?? new Map<string, { readonly rows: number; readonly bytes: number }>();
  const large = [...new Set(seen.flatMap(({ work }) => work.map(({ relation }) => relation)))].filter(
    (relation) => (target.get(relation)?.rows ?? 0) >= worthPredicting,
  );
  const unknown = seen.map((one): WatchedStatement => ({ ...one, predictedMs: null }));
  if (watcher === undefined || large.length === 0) return unknown;
  const database = 'fairway_gauge';
  await server.create(database, input.database.plugin.dialect.engine === 'postgres' ? base : undefined);
  const options = { timeoutMs: 10_000, applicationName: 'fairway' };
  const connection = await ports.sql.connect(server.url(database, 'fairway'), options);
  try {
    const gauges = new Map<string, Awaited<ReturnType<typeof watcher.gauge>>>();
    for (const relation of large) {
      const { rows = 0, bytes = 0 } = target.get(relation) ?? {};
      gauges.set(relation, await watcher.gauge(connection, gaugeRows, bytes / Math.max(1, rows), ports.clock));
    }
    return unknown.map((one) => {
      const times = one.work.flatMap((work) => {
        const { relation } = work;
        const gauge = gauges.get(relation);
        const rows = target.get(relation)?.rows ?? 0;
        return gauge === undefined ? [] : [predictFrom(one.ms, work, gauge, rows)];
      });
      return times.length === 0 ? one : { ...one, predictedMs: Math.max(...times) };
    });
  } finally {
    await connection.close();
    await server.drop(database);
  }
}
