import type { Inspector } from '../databases/inspector.ts';
import type { Dialect } from '../domain/migration/dialect.ts';
import type { Measured } from '../domain/migration/predict.ts';
import { formatDuration } from '../domain/report/quantities.ts';
import type { MigrationSet } from '../domain/migration/migration.ts';
import { EnvironmentError, FairwayError, GateFailed, RollbackFailed, RolledBack } from '../errors.ts';
import type { MigrationTool } from '../migration-tools/tool.ts';
import type { Config } from '../config/schema.ts';
import { migrateApply } from './migrate.ts';
import type { AppliedNow, MigratePorts } from './migrate/input.ts';
import type { Perform } from './migrate/perform.ts';
import { stage, type StagePorts } from './stage.ts';

export interface EnvironmentMigration {
  readonly url: string;
  readonly tool: MigrationTool;
  readonly dialect: Dialect;
  readonly set: MigrationSet;
  readonly settings: NonNullable<Config['migrations']>;
  readonly runId: string;
  readonly signal: AbortSignal;
  /** How statements are sent, and what that measured so far. */
  readonly perform?: Perform;
  readonly measured?: readonly Measured[];
  /** Throws once the lock of the run is lost. */
  readonly assertHeld: () => void;
  /** Together: refused when the schema is not the one any more that was rehearsed. */
  readonly inspector?: Inspector;
  readonly rehearsedSchema?: string | null;
  /** What serves and whether it passes its smoke, asked after a failure that touched the database. */
  readonly probeStable: () => Promise<{ readonly version: string; readonly passes: boolean } | null>;
}

/**
 * Apply what is pending to the database of the environment.
 *
 * Throws GateFailed `MIGRATION_FAILED` while the database is as before; once it was touched, RolledBack when the old
 * release still passes its smoke, else RollbackFailed.
 */
export async function migrateEnvironment(
  input: EnvironmentMigration,
  ports: MigratePorts & StagePorts,
): Promise<readonly AppliedNow[]> {
  const { settings } = input;
  return await stage('migrate', 'apply pending migrations', ports, async (note) => {
    const result = await migrateApply(
      {
        url: input.url,
        tool: input.tool,
        dialect: input.dialect,
        set: input.set,
        table: settings.table,
        runId: input.runId,
        lockTimeoutMs: settings.lockTimeout,
        statementTimeoutMs: settings.statementTimeout,
        signal: input.signal,
        assertStillOurs: input.assertHeld,
        ...(input.perform === undefined ? {} : { perform: input.perform }),
        ...(input.inspector === undefined ? {} : { inspector: input.inspector }),
        ...(input.rehearsedSchema === undefined ? {} : { rehearsedSchema: input.rehearsedSchema }),
        onProgress: (progress) =>
          note(
            progress.kind === 'applied'
              ? `${progress.migration} applied in ${Math.round(progress.durationMs)} ms`
              : `${progress.migration} waits for a lock: attempt ${progress.attempt}, again in ${Math.round(progress.pauseMs)} ms`,
          ),
      },
      ports,
    );
    tellMeasured(input.measured ?? [], note, ports);
    if (result.kind === 'done') {
      const { applied, alreadyApplied } = result;
      const summary =
        applied.length === 0
          ? `nothing pending, ${alreadyApplied} applied before`
          : `${applied.length} applied, ${alreadyApplied} before`;
      return { value: applied, summary };
    }
    const done =
      result.applied.length === 0
        ? ''
        : ` Applied before it in this run: ${result.applied.map(({ version, name }) => `${version}_${name}`).join(', ')}.`;
    if (result.kind === 'stopped') throw asError(result.reason);
    throw await failure(`${result.failed.message}${done}`, result.touched, result.failed.stands === 'unknown', input);
  });
}

const mostTold = 20;

function tellMeasured(measured: readonly Measured[], note: (text: string) => void, { reporter }: StagePorts): void {
  for (const { place, ms, predictedMs, ratio, isOver } of measured.slice(0, mostTold)) {
    const beside = predictedMs === null ? '' : `, predicted ${formatDuration(predictedMs)}`;
    note(`${place}: ${formatDuration(ms)}${beside}`);
    if (isOver) {
      const text = `${place} took ${formatDuration(ms)}, ${ratio} times what was predicted (${formatDuration(predictedMs ?? 0)})`;
      reporter.report({ type: 'warning', text });
    }
  }
}

async function failure(
  message: string,
  touched: boolean,
  isUnknown: boolean,
  { probeStable }: EnvironmentMigration,
): Promise<FairwayError> {
  if (!touched && !isUnknown) {
    return new GateFailed('MIGRATION_FAILED', `${message}\nThe database is as it was before.`, {
      hint: 'Mend the migration and run the command again.',
    });
  }
  const stable = await probeStable();
  if (stable === null) {
    return new RolledBack('MIGRATION_FAILED', `${message}\nNo release serves yet.`, {
      hint: 'Mend the migration and run the command again: it goes on behind what was applied.',
    });
  }
  const hint = 'What was applied stays; a fix is a new file. Look at the database before the next run.';
  return stable.passes
    ? new RolledBack('MIGRATION_FAILED', `${message}\n${stable.version} serves and passes its smoke.`, { hint })
    : new RollbackFailed('MIGRATION_FAILED', `${message}\n${stable.version} serves and does NOT pass its smoke.`, {
        hint,
      });
}

function asError(reason: unknown): FairwayError {
  if (reason instanceof FairwayError) return reason;
  return new EnvironmentError(
    'MIGRATION_STOPPED',
    'the migration was stopped between two statements; nothing is half done',
    { cause: reason },
  );
}
