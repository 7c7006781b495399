import { describeFailure, type StatementFailure } from '../../domain/migration/failure.ts';
import { defaultLockRetry, pauseAfter } from '../../domain/migration/lock-retry.ts';
import { labelOf, type Migration } from '../../domain/migration/migration.ts';
import { placeOf } from '../../domain/migration/script.ts';
import { EnvironmentError, Interrupted, LockHeld } from '../../errors.ts';
import type { ApplyResult, MigrationSession } from '../../migration-tools/tool.ts';
import { type BlockerWatch, describeBlocker, watchBlockers } from './blockers.ts';
import { cancellation } from './cancel.ts';
import type { AppliedNow, ApplyInput, MigratePorts, MigrationFailure } from './input.ts';
import { performing } from './perform.ts';
import { serverOf } from './server.ts';
import { openSession } from './session.ts';

const defaultLockWaitMs = 60_000;

/** A session that has the lock, and who is in its way. */
export interface Runner {
  readonly session: MigrationSession;
  readonly watch: BlockerWatch;
}

/** Work with the lock of the database in hand; a signal ends the statement that runs. */
export async function withRunner<T>(
  input: ApplyInput,
  ports: MigratePorts,
  work: (runner: Runner) => Promise<T>,
): Promise<T> {
  const cancelling = cancellation(input.signal, input, ports);
  const beforeStatement = (): void => {
    cancelling.check();
    input.assertStillOurs?.();
  };
  const session = await openSession(
    { ...input, tree: input.set.tree ?? null, lockWaitMs: input.lockWaitMs ?? defaultLockWaitMs, beforeStatement },
    ports,
  );
  try {
    cancelling.guard(session.serverPid);
    const afterMs = Math.max(50, input.lockTimeoutMs / 2);
    const about = { url: input.url, server: serverOf(input.dialect), serverPid: session.serverPid, afterMs };
    const watch = watchBlockers(session.connection, about, ports);
    const { perform, set, dialect } = input;
    const connection = perform === undefined ? watch.connection : performing(watch.connection, set, dialect, perform);
    return await work({ session: { ...session, connection }, watch });
  } finally {
    cancelling.release();
    await session.close();
  }
}

/** How one migration ended, with the words for a failure. */
export type Ended =
  | { readonly kind: 'done'; readonly step: AppliedNow }
  | { readonly kind: 'failed'; readonly failed: MigrationFailure }
  | { readonly kind: 'stopped'; readonly reason: unknown };

/**
 * Run one migration, in whichever direction, until it is through.
 *
 * A lock that could not be had in time is asked for again, later and later; the database is free in between.
 */
export async function runOne(
  migration: Migration,
  run: (attempt: number) => Promise<ApplyResult>,
  { session, watch }: Runner,
  input: ApplyInput,
  ports: MigratePorts,
): Promise<Ended> {
  const label = labelOf(migration);
  try {
    for (let attempt = 1; ; attempt += 1) {
      const result = await run(attempt);
      if (result.kind === 'done') return { kind: 'done', step: stepOf(migration, result) };
      if (input.signal?.aborted === true) session.beforeStatement();
      const pauseMs = pauseAfter(attempt, input.lockRetry ?? defaultLockRetry, chance(ports));
      if (result.failure.kind !== 'lock' || pauseMs === null) {
        return { kind: 'failed', failed: failureOf(label, result, watch) };
      }
      input.onProgress?.({ kind: 'waiting', migration: label, attempt, pauseMs, blockers: watch.lastSeen() });
      await ports.clock.sleep(pauseMs, input.signal).catch(() => undefined);
      session.beforeStatement();
    }
  } catch (error) {
    if (error instanceof LockHeld || error instanceof Interrupted) return { kind: 'stopped', reason: error };
    if (error instanceof EnvironmentError) return { kind: 'failed', failed: lostBetween(migration, error) };
    throw error;
  }
}

function stepOf({ version, name }: Migration, result: { durationMs: number; statements: number }): AppliedNow {
  return { version, name, durationMs: result.durationMs, statements: result.statements };
}

function failureOf(migration: string, result: ApplyResult & { kind: 'failed' }, watch: BlockerWatch): MigrationFailure {
  const { failure, stands } = result;
  const blockers = failure.kind === 'lock' ? watch.lastSeen() : [];
  const inTheWay = blockers.map((blocker) => `\n  in the way: ${describeBlocker(blocker)}`).join('');
  return { migration, failure, stands, blockers, message: describeFailure(failure) + inTheWay };
}

/** The server went away between two migrations: this one was never begun. */
function lostBetween(migration: Migration, error: EnvironmentError): MigrationFailure {
  const failure: StatementFailure = {
    kind: 'gone',
    place: placeOf(migration.up, 0),
    statement: migration.up.text,
    sqlState: null,
    message: error.message,
    detail: null,
    hint: null,
  };
  return {
    migration: labelOf(migration),
    failure,
    stands: 'as-before',
    blockers: [],
    message: describeFailure(failure),
  };
}

function chance({ random }: MigratePorts): number {
  return Number.parseInt(random(2), 16) / 65_536;
}
