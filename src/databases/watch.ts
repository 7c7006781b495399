import type { ServerPromise } from '../domain/migration/classify/mariadb/promise.ts';
import type { TargetStatistics } from '../domain/migration/classify/predict-time.ts';
import type { Gauge, Work } from '../domain/migration/predict.ts';
import type { Clock, SqlConnection } from '../ports.ts';

/** What one statement of a migration did on a server that is thrown away. */
export interface SeenStatement {
  readonly ms: number;
  /** The strongest new lock on anything that stood before the migrations, in the engine's own words; null for none. */
  readonly lock: string | null;
  /** What it was taken on. */
  readonly relations: readonly string[];
  /** MariaDB: the kindest way in which the server did it. */
  readonly promise: ServerPromise | null;
  /** Tables that stood before and whose every row it read or wrote. */
  readonly work: readonly Work[];
}

/** Runs statements of migrations on one connection and looks at what each of them does. */
export interface StatementWatch {
  /** Throws what the server throws. */
  run(sql: string): Promise<SeenStatement>;
}

/** Looks at single statements; one per engine. */
export interface Watcher {
  /** `scratch` names an empty database of the same server. */
  watch(connection: SqlConnection, scratch: string, clock: Clock): Promise<StatementWatch>;
  /** Rows and bytes of the tables of a target, read-only. */
  statistics(connection: SqlConnection): Promise<TargetStatistics>;
  /** Time each kind of work on a table of so many rows of so many bytes, made for that and dropped. */
  gauge(connection: SqlConnection, rows: number, rowBytes: number, clock: Clock): Promise<Gauge>;
}
