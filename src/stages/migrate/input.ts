import type { Inspector } from '../../databases/inspector.ts';
import type { Dialect } from '../../domain/migration/dialect.ts';
import type { PendingMigration } from '../../domain/migration/compare.ts';
import type { StatementFailure } from '../../domain/migration/failure.ts';
import type { LockRetry } from '../../domain/migration/lock-retry.ts';
import type { AppliedMigration, MigrationProblem, MigrationSet } from '../../domain/migration/migration.ts';
import type { MigrationTool, Stands } from '../../migration-tools/tool.ts';
import type { Clock, Sql } from '../../ports.ts';
import type { Blocker } from './blockers.ts';
import type { Perform } from './perform.ts';

/** A database and the tree that it is to be brought to. */
export interface MigrationTarget {
  readonly url: string;
  readonly tool: MigrationTool;
  readonly dialect: Dialect;
  readonly set: MigrationSet;
  /** Name of the table of applied versions. */
  readonly table: string;
}

export interface ApplyInput extends MigrationTarget {
  /** Looks at the database before and after; without one nothing but the applied versions is compared. */
  readonly inspector?: Inspector;
  /** `evidence.baseSchema` of the rehearsal: refused when the schema is another one by now. */
  readonly rehearsedSchema?: string | null;
  /** Only where the database ends up matters, not how long each migration takes. */
  readonly isInOneGo?: boolean;
  /** How statements are sent; default: as they are written. */
  readonly perform?: Perform;
  readonly runId: string;
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** How long another runner is waited for; default 60 s. */
  readonly lockWaitMs?: number;
  readonly lockRetry?: LockRetry;
  readonly signal?: AbortSignal;
  /** Throws once the lock of the run is lost; asked before each statement. */
  readonly assertStillOurs?: () => void;
  readonly onProgress?: (progress: MigrationProgress) => void;
}

export interface MigratePorts {
  readonly sql: Sql;
  readonly clock: Clock;
  /** That many random bytes, as hex. */
  readonly random: (bytes: number) => string;
}

export type MigrationProgress =
  | { readonly kind: 'applied'; readonly migration: string; readonly durationMs: number }
  | {
      readonly kind: 'waiting';
      readonly migration: string;
      readonly attempt: number;
      readonly pauseMs: number;
      readonly blockers: readonly Blocker[];
    };

export interface AppliedNow {
  readonly version: string;
  readonly name: string;
  readonly durationMs: number;
  readonly statements: number;
}

/** A migration that did not go through. */
export interface MigrationFailure {
  /** `0002_orders`. */
  readonly migration: string;
  readonly failure: StatementFailure;
  readonly stands: Stands;
  /** Who was in the way when a lock could not be had. */
  readonly blockers: readonly Blocker[];
  /** All of it in words, over several lines. */
  readonly message: string;
}

export type MigrateResult =
  | {
      readonly kind: 'done';
      readonly applied: readonly AppliedNow[];
      readonly alreadyApplied: number;
      /** What somebody should look at, one sentence each. */
      readonly remarks: readonly string[];
    }
  | {
      readonly kind: 'failed';
      readonly applied: readonly AppliedNow[];
      readonly failed: MigrationFailure;
      /** False when the database is as it was before this run. */
      readonly touched: boolean;
    }
  | {
      /** The lock of the run was lost, or a signal came; nothing is half done. */
      readonly kind: 'stopped';
      readonly applied: readonly AppliedNow[];
      readonly reason: unknown;
      readonly touched: boolean;
    };

export interface MigrationStatus {
  readonly applied: readonly AppliedMigration[];
  /** `0002_orders`, in order. */
  readonly pending: readonly string[];
  /** The same, with their scripts. */
  readonly open: readonly PendingMigration[];
  readonly problems: readonly MigrationProblem[];
}
