import { describeFailure, type StatementFailure } from '../domain/migration/failure.ts';
import { compareMigrations, type MigrationPlan, type PendingMigration } from '../domain/migration/compare.ts';
import { defaultLockRetry, pauseAfter } from '../domain/migration/lock-retry.ts';
import { labelOf, type Migration, type MigrationProblem } from '../domain/migration/migration.ts';
import { placeOf } from '../domain/migration/script.ts';
import { EnvironmentError, GateFailed, Interrupted, LockHeld } from '../errors.ts';
import type { ApplyResult, MigrationSession } from '../migration-tools/tool.ts';
import { type BlockerWatch, describeBlocker, watchBlockers } from './migrate/blockers.ts';
import { cancellation } from './migrate/cancel.ts';
import type {
  AppliedNow,
  ApplyInput,
  MigratePorts,
  MigrateResult,
  MigrationFailure,
  MigrationStatus,
  MigrationTarget,
} from './migrate/input.ts';
import { openSession } from './migrate/session.ts';

const defaultLockWaitMs = 60_000;

/** What a database has, what it lacks, and what is wrong between it and the tree; changes nothing. */
export async function migrateStatus(
  target: MigrationTarget,
  ports: Pick<MigratePorts, 'sql'>,
): Promise<MigrationStatus> {
  const connection = await ports.sql.connect(target.url, { timeoutMs: 10_000, applicationName: 'fairway status' });
  try {
    const plan = compareMigrations(target.set, await target.tool.applied({ connection, table: target.table }));
    const pending = plan.pending.map(({ migration }) => labelOf(migration));
    return { applied: plan.applied, pending, problems: plan.problems };
  } finally {
    await connection.close();
  }
}

/** Throws GateFailed with every error among the problems; warnings pass. The code is that of the first. */
export function refuseProblems(problems: readonly MigrationProblem[]): void {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  throw new GateFailed(first.code, errors.map(({ message }) => message).join('\n'), {
    hint: first.hint,
    facts: { problems: errors },
  });
}

/**
 * Bring a database to the tree: one runner at a time, each file whole or not at all, each applied version recorded.
 *
 * What is wrong before the database is touched is thrown (GateFailed, LockHeld, EnvironmentError); what goes wrong
 * afterwards is a value that says what was applied and what stands.
 */
export async function migrateApply(input: ApplyInput, ports: MigratePorts): Promise<MigrateResult> {
  return await withSession(input, ports, async (session, watch) => {
    await refuseBefore(input, session);
    await input.tool.prepare(session);
    const plan = await refuseBefore(input, session);
    return await applyAll(plan, input, session, watch, ports);
  });
}

/** Compare again under the lock: another runner may just have ended. */
async function refuseBefore(input: ApplyInput, session: MigrationSession): Promise<MigrationPlan> {
  const plan = compareMigrations(input.set, await input.tool.applied(session));
  refuseProblems(plan.problems);
  return plan;
}

async function applyAll(
  plan: MigrationPlan,
  input: ApplyInput,
  session: MigrationSession,
  watch: BlockerWatch,
  ports: MigratePorts,
): Promise<MigrateResult> {
  const applied: AppliedNow[] = [];
  for (const pending of plan.pending) {
    const { version, name } = pending.migration;
    try {
      const result = await withRetries(pending, input, session, watch, ports);
      if (result.kind === 'failed') {
        const failed = failureOf(pending.migration, result, watch);
        return { kind: 'failed', applied, failed, touched: applied.length > 0 || failed.stands !== 'as-before' };
      }
      const { durationMs, statements } = result;
      applied.push({ version, name, durationMs, statements });
      input.onProgress?.({ kind: 'applied', migration: labelOf(pending.migration), durationMs });
    } catch (error) {
      const touched = applied.length > 0 || pending.begun !== null;
      if (error instanceof LockHeld || error instanceof Interrupted) {
        return { kind: 'stopped', applied, reason: error, touched };
      }
      if (!(error instanceof EnvironmentError)) throw error;
      return { kind: 'failed', applied, failed: lostBetween(pending.migration, error), touched };
    }
  }
  return { kind: 'done', applied, alreadyApplied: plan.applied.length };
}

/** A lock that could not be had in time is asked for again, later and later; the database is free in between. */
async function withRetries(
  pending: PendingMigration,
  input: ApplyInput,
  session: MigrationSession,
  watch: BlockerWatch,
  ports: MigratePorts,
): Promise<ApplyResult> {
  let { begun } = pending;
  for (let attempt = 1; ; attempt += 1) {
    const result = await input.tool.apply(pending.migration, begun, session);
    if (result.kind === 'done') return result;
    if (input.signal?.aborted === true) session.beforeStatement();
    if (result.failure.kind !== 'lock') return await settled(pending.migration, result, input, ports);
    const pauseMs = pauseAfter(attempt, input.lockRetry ?? defaultLockRetry, chance(ports));
    if (pauseMs === null) return result;
    const blockers = watch.lastSeen();
    input.onProgress?.({ kind: 'waiting', migration: labelOf(pending.migration), attempt, pauseMs, blockers });
    await ports.clock.sleep(pauseMs, input.signal).catch(() => undefined);
    session.beforeStatement();
    const now = await input.tool.applied(session);
    begun = now.find(({ version }) => version === pending.migration.version) ?? null;
  }
}

/** After a connection that was lost during the COMMIT, the table of applied versions knows what came of it. */
async function settled(
  migration: Migration,
  result: ApplyResult & { kind: 'failed' },
  input: ApplyInput,
  ports: MigratePorts,
): Promise<ApplyResult> {
  if (result.stands !== 'unknown') return result;
  try {
    const { applied } = await migrateStatus(input, ports);
    const found = applied.find(({ version }) => version === migration.version);
    if (found === undefined) return { ...result, stands: 'as-before' };
    return { kind: 'done', durationMs: found.durationMs, statements: 0 };
  } catch {
    return result;
  }
}

function failureOf(
  migration: Migration,
  result: ApplyResult & { kind: 'failed' },
  watch: BlockerWatch,
): MigrationFailure {
  const blockers = result.failure.kind === 'lock' ? watch.lastSeen() : [];
  const inTheWay = blockers.map((blocker) => `\n  in the way: ${describeBlocker(blocker)}`).join('');
  return {
    migration: labelOf(migration),
    failure: result.failure,
    stands: result.stands,
    blockers,
    message: describeFailure(result.failure) + inTheWay,
  };
}

/** The server went away between two migrations: this one was never begun. */
function lostBetween({ version, name, up }: Migration, error: EnvironmentError): MigrationFailure {
  const failure: StatementFailure = {
    kind: 'gone',
    place: placeOf(up, 0),
    statement: up.text,
    sqlState: null,
    message: error.message,
    detail: null,
    hint: null,
  };
  const message = describeFailure(failure);
  return { migration: labelOf({ version, name }), failure, stands: 'as-before', blockers: [], message };
}

function chance({ random }: MigratePorts): number {
  return Number.parseInt(random(2), 16) / 65_536;
}

/** A session with the lock, who is in its way, and an end when the signal comes. */
async function withSession<T>(
  input: ApplyInput,
  ports: MigratePorts,
  work: (session: MigrationSession, watch: BlockerWatch) => Promise<T>,
): Promise<T> {
  const cancelling = cancellation(input.signal, input.url, ports);
  const session = await openSession(
    {
      ...input,
      lockWaitMs: input.lockWaitMs ?? defaultLockWaitMs,
      beforeStatement() {
        cancelling.check();
        input.assertStillOurs?.();
      },
    },
    ports,
  );
  try {
    cancelling.guard(session.serverPid);
    const about = {
      url: input.url,
      serverPid: () => session.serverPid,
      afterMs: Math.max(50, input.lockTimeoutMs / 2),
    };
    const watch = watchBlockers(session.connection, about, ports);
    return await work({ ...session, connection: watch.connection }, watch);
  } finally {
    cancelling.release();
    await session.close();
  }
}
