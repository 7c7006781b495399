import type { Dialect } from '../domain/migration/dialect.ts';
import type { StatementFailure } from '../domain/migration/failure.ts';
import type { MigrationPlan, PendingMigration } from '../domain/migration/compare.ts';
import type { AppliedMigration, Migration, MigrationSet } from '../domain/migration/migration.ts';
import type { Argv, Clock, Exec, Files, Reporter, SqlConnection } from '../ports.ts';

/** One connection on which migrations run, the lock in its hands. */
export interface MigrationSession {
  readonly connection: SqlConnection;
  readonly dialect: Dialect;
  /** Name of the table of applied versions, without a schema. */
  readonly table: string;
  readonly runId: string;
  readonly clock: Clock;
  /** Where the connection leads; holds the password. */
  readonly url: string;
  /** Top of the tree that the migrations lie in; null where there is none on disk. */
  readonly tree: string | null;
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly signal?: AbortSignal;
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

/** A tree on disk and the part of it that the migrations are. */
export interface MigrationPlace {
  readonly tree: string;
  /** Below the tree; also how it is called in messages. */
  readonly directory: string;
  /** The commit that the tree is of; empty where nobody knows. */
  readonly commit: string;
}

/** What of a session is needed to look at a database. */
export type MigrationView = Pick<MigrationSession, 'connection' | 'table' | 'dialect' | 'url' | 'tree'>;

/** How migrations are kept in a tree, and how one of them is brought into a database. */
export interface MigrationTool {
  readonly type: string;
  /** Read the migrations of a tree; what is wrong in them are values. */
  list(place: MigrationPlace, dialect: Dialect, files: Files): Promise<MigrationSet>;
  /** What the database has of a set, and what it has besides; an absent table means nothing. Changes nothing. */
  applied(view: MigrationView, set: MigrationSet): Promise<readonly AppliedMigration[]>;
  /** What is to be done to bring a database from there to the tree. */
  compare(set: MigrationSet, applied: readonly AppliedMigration[]): MigrationPlan;
  /**
   * The commit whose tree makes what a database has, for tools that cannot make it from the newest tree; null when
   * the database has nothing.
   */
  baseCommit?(applied: readonly AppliedMigration[]): string | null;
  /** Those of the pending ones that bring all others with them, for whoever does not care about each by itself. */
  targets?(pending: readonly PendingMigration[]): readonly PendingMigration[];
  /** Make the table of applied versions where there is none. */
  prepare(session: MigrationSession): Promise<void>;
  /** Run one migration and record it; `begun` is what an earlier attempt left. */
  apply(
    migration: Migration,
    begun: AppliedMigration | null,
    session: MigrationSession,
    set: MigrationSet,
  ): Promise<ApplyResult>;
  /** Run its down script and forget it. Throws when it has none. */
  revert(migration: Migration, session: MigrationSession): Promise<ApplyResult>;
}

/** What the configuration says about migrations, as far as tools need it. */
export interface ToolSettings {
  readonly tool: string;
  /** Of the migrations, below the tree. */
  readonly directory: string;
  /** How the tool's own program is started. */
  readonly program?: Argv | undefined;
  /** Brings a database to the newest version. */
  readonly up?: Argv | undefined;
  readonly down?: Argv | undefined;
  /** Ends with 0 when nothing is pending. */
  readonly status?: Argv | undefined;
  /** Run once in the tree before the first of the others. */
  readonly prepare: readonly Argv[];
  /** Paths whose content says whether something is pending; default: the folder of migrations. */
  readonly files?: readonly string[] | undefined;
  /** Scheme of the URL that programs are given. */
  readonly urlScheme?: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** For one run of a program. */
  readonly commandTimeout: number;
}

/** What tools that run programs need of the world. */
export interface ToolPorts {
  readonly exec: Exec;
  readonly files: Files;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** From now on this value is hidden in all output. */
  readonly conceal: (secret: string) => void;
}
