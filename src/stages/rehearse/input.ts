import type { DatabaseContext, DatabasePlugin, DatabasePorts, EphemeralServer } from '../../databases/database.ts';
import type { ServingRelease } from '../../domain/migration/contract.ts';
import type { Dialect } from '../../domain/migration/dialect.ts';
import type { Difference } from '../../domain/migration/fidelity/compare-snapshots.ts';
import type { Evidence } from '../../domain/migration/evidence.ts';
import type { SchemaObject } from '../../domain/migration/fidelity/snapshot.ts';
import type { AppliedMigration, MigrationProblem, MigrationSet } from '../../domain/migration/migration.ts';
import type { Place } from '../../domain/migration/script.ts';
import type { ReleaseSpec } from '../../domain/rollout/plan.ts';
import type { CheckSpec } from '../../domain/smoke/check.ts';
import type { MigrationTool } from '../../migration-tools/tool.ts';
import type { Http } from '../../ports.ts';
import type { Target } from '../../targets/target.ts';
import type { TargetStatistics } from '../../domain/migration/classify/predict-time.ts';
import type { AppliedNow } from '../migrate/input.ts';
import type { WatchedStatement } from './watched.ts';

/** A release with the values of its secrets, but for the URL of the database: that one is the rehearsal's. */
export interface RehearsedRelease {
  readonly spec: ReleaseSpec;
  readonly secrets: Readonly<Record<string, string>>;
}

export interface RehearsalInput {
  readonly runId: string;
  readonly database: {
    readonly plugin: DatabasePlugin;
    readonly config: Parameters<DatabasePlugin['ephemeral']>[0];
    readonly context: DatabaseContext;
    /** One that was started before; whatever happens, the rehearsal stops it. Default: one of its own. */
    readonly server?: () => Promise<EphemeralServer>;
    /** Environment variable in which a release finds its URL. */
    readonly variable: string;
  };
  /** Null when the application has none. */
  readonly migrations: {
    readonly tool: MigrationTool;
    readonly dialect: Dialect;
    readonly set: MigrationSet;
    /** What makes the schema that the target has, where the set alone cannot. */
    readonly base?: MigrationSet;
    readonly table: string;
    readonly lockTimeoutMs: number;
    readonly statementTimeoutMs: number;
  } | null;
  /** What the target's database has; empty for a new one. */
  readonly applied: readonly AppliedMigration[];
  /** The schema of the target's database, where it could be read: what its migrations do not make is drift. */
  readonly targetSchema?: readonly SchemaObject[];
  /** Rows and bytes of the target's tables, to say how long statements would take there. */
  readonly targetStatistics?: TargetStatistics;
  /** Default `refuse`. */
  readonly onDrift?: 'refuse' | 'warn';
  /** What serves, where contract steps may have to wait for its bake; none: all of them are applied. */
  readonly serving?: ServingRelease | null;
  /** The stable release; null when nothing serves yet. */
  readonly oldRelease: RehearsedRelease | null;
  readonly newRelease: RehearsedRelease;
  readonly checks: readonly CheckSpec[];
  /** Of the old release, where they are known to differ; what it fails before the migration is not asked of it after. */
  readonly oldChecks?: readonly CheckSpec[];
  readonly smokeDeadlineMs: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (record: StepRecord) => void;
  readonly onWarning?: (text: string) => void;
}

export interface RehearsalPorts extends DatabasePorts {
  readonly http: Http;
  readonly target: Target;
}

export type RehearsalStep =
  | 'base'
  | 'old-on-base'
  | 'up'
  | 'old-on-new-schema'
  | 'replay'
  | 'new'
  | 'old-after-new'
  | 'down'
  | 'old-after-down'
  | 'up-again'
  | 'contract';

export interface StepRecord {
  readonly step: RehearsalStep;
  readonly outcome: 'ok' | 'failed' | 'skipped';
  readonly durationMs: number;
  /** One line for people. */
  readonly text: string;
}

/** A query of a release that the server refused, and the statement that most probably broke it. */
export interface BrokenQuery {
  /** Version of the release that asked. */
  readonly release: string;
  readonly query: string;
  readonly sqlState: string;
  /** The server's words. */
  readonly message: string;
  readonly guilty: { readonly place: Place; readonly statement: string; readonly migration: string } | null;
}

export interface RehearsalResult {
  readonly rollback: 'proven' | 'code-only' | 'impossible' | 'first';
  /** The step that decided it: where the old release failed, or why there is no faithful down. */
  readonly step: RehearsalStep | null;
  /** One sentence for people. */
  readonly reason: string;
  readonly broken: BrokenQuery | null;
  /** Flat, for the final JSON. */
  readonly query: string | null;
  readonly sqlState: string | null;
  /** `migrations/0004_a.sql:3:1`. */
  readonly guilty: string | null;
  readonly advice: string | null;
  readonly failedCheck: { readonly name: string; readonly reason: string } | null;
  readonly migrations: readonly AppliedNow[];
  /** What each statement of them did, in their order. */
  readonly statements: readonly WatchedStatement[];
  readonly problems: readonly MigrationProblem[];
  /** How a run of the down migrations left the database; null when none was tried. */
  readonly differences: readonly Difference[] | null;
  readonly steps: readonly StepRecord[];
  readonly server: string;
  /** What the result is bound to. */
  readonly evidence: Evidence;
}
