import type { Dialect } from '../domain/migration/dialect.ts';
import type { StatementFailure } from '../domain/migration/failure.ts';
import type { AppliedMigration, Migration, MigrationSet } from '../domain/migration/migration.ts';
import type { Clock, Files, SqlConnection } from '../ports.ts';

/** One connection on which migrations run, the lock in its hands. */
export interface MigrationSession {
  readonly connection: SqlConnection;
  readonly dialect: Dialect;
  /** Name of the table of applied versions, without a schema. */
  readonly table: string;
  readonly runId: string;
  readonly clock: Clock;
  /** Throws when this run may not go on (lock lost, interrupted); called before each statement. */
  readonly beforeStatement: () => void;
  /** Be again who connected; a script may have taken another role. Works inside a transaction. */
  readonly resetRole: () => Promise<void>;
  /** Put every setting back that a script may have changed. */
  readonly reset: () => Promise<void>;
}

/** What the database holds of a migration that failed. */
export type Stands =
  /** As if it had never been tried. */
  | 'as-before'
  /** The statements before the failed one took effect; the next run goes on behind them. */
  | 'partial'
  /** The connection was lost at the one moment at which nobody can tell. */
  | 'unknown';

export type ApplyResult =
  | { readonly kind: 'done'; readonly durationMs: number; readonly statements: number }
  | { readonly kind: 'failed'; readonly failure: StatementFailure; readonly stands: Stands };

/** How migrations are kept in a tree, and how one of them is brought into a database. */
export interface MigrationTool {
  readonly type: string;
  /** Read a folder; `shownAs` is how it is called in messages. What is wrong in it are values. */
  list(directory: string, shownAs: string, dialect: Dialect, files: Files): Promise<MigrationSet>;
  /** What the database has; an absent table means nothing. Changes nothing. */
  applied(session: Pick<MigrationSession, 'connection' | 'table' | 'dialect'>): Promise<readonly AppliedMigration[]>;
  /** Make the table of applied versions where there is none. */
  prepare(session: MigrationSession): Promise<void>;
  /** Run one migration and record it; `begun` is what an earlier attempt left. */
  apply(migration: Migration, begun: AppliedMigration | null, session: MigrationSession): Promise<ApplyResult>;
  /** Run its down script and forget it. Throws when it has none. */
  revert(migration: Migration, session: MigrationSession): Promise<ApplyResult>;
}
