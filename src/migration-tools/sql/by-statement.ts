import { checksumOf } from '../../domain/migration/checksum.ts';
import type { StatementFailure } from '../../domain/migration/failure.ts';
import type { AppliedMigration, Migration, Progress } from '../../domain/migration/migration.ts';
import type { PlannedStatement } from '../../domain/migration/script-plan.ts';
import { placeOf } from '../../domain/migration/script.ts';
import type { ApplyResult, MigrationSession } from '../tool.ts';
import { engineOf } from './engine.ts';
import { aboutTheJournal, inTransaction } from './in-transaction.ts';
import type { Journal } from './journal.ts';
import { attempt, runStatement } from './run-statement.ts';

/**
 * Run a script whose statements cannot share a transaction, with each one journaled: a later run goes on where this
 * one stopped.
 */
export async function byStatement(
  migration: Migration,
  statements: readonly PlannedStatement[],
  begun: AppliedMigration | null,
  journal: Journal,
  session: MigrationSession,
): Promise<ApplyResult> {
  const { clock } = session;
  const startedMs = clock.monotonicMs();
  const done: Progress = begun?.unfinished ?? { statementsDone: 0, doneChecksum: '', inDoubt: false };
  const changed = await changedBehindUs(migration, statements, done);
  if (changed !== null) return { kind: 'failed', failure: changed, stands: 'partial' };
  await journal.begin(migration, session.runId);
  for (const [index, statement] of statements.entries()) {
    if (index < done.statementsDone) continue;
    const step: Step = { migration, statements, index, statement };
    const left = index === done.statementsDone && done.inDoubt ? done : null;
    const failure = statement.inTransaction
      ? await oneInTransaction(step, journal, session)
      : await oneOutside(step, left, journal, session);
    if (failure === null) continue;
    return { kind: 'failed', failure, stands: index === 0 && failure.kind !== 'gone' ? 'as-before' : 'partial' };
  }
  const durationMs = clock.monotonicMs() - startedMs;
  const end = { text: 'the last record', start: migration.up.text.length };
  const finished = await attempt(migration.up, end, async () => await journal.finish(migration, durationMs));
  if (finished !== null)
    return { kind: 'failed', failure: aboutTheJournal(finished, session.table), stands: 'partial' };
  return { kind: 'done', durationMs, statements: statements.length };
}

interface Step {
  readonly migration: Migration;
  readonly statements: readonly PlannedStatement[];
  readonly index: number;
  readonly statement: PlannedStatement;
}

/** The statement and the record of it are one: it is never run twice. */
async function oneInTransaction(
  step: Step,
  journal: Journal,
  session: MigrationSession,
): Promise<StatementFailure | null> {
  const { migration, statement } = step;
  const record = async (): Promise<void> =>
    await journal.progress(migration.version, await progressAfter(step, step.index + 1, false));
  const result = await inTransaction(migration.up, [statement], record, session);
  return result.kind === 'failed' ? result.failure : null;
}

/** Between the two records nobody knows whether it took effect, so the next run looks before it runs it again. */
async function oneOutside(
  step: Step,
  left: Progress | null,
  journal: Journal,
  session: MigrationSession,
): Promise<StatementFailure | null> {
  const { migration, statement, index } = step;
  const { version, up } = migration;
  const { connection, table } = session;
  const engine = engineOf(session.dialect);
  let isDone = false;
  const before = await attempt(up, statement, async () => {
    if (left !== null) {
      await engine.removeRemains(statement, connection);
      isDone = await engine.hasTakenEffect(statement, left, connection, table);
    }
    const mark = isDone ? {} : await engine.markBefore(connection, table);
    await journal.progress(version, { ...(await progressAfter(step, index, true)), ...mark });
  });
  if (before !== null) return before;
  if (!isDone) {
    const failure = await waitingLong(step, session, async () => await runStatement(up, statement, session));
    if (failure?.kind === 'gone') return failure;
    if (failure !== null) {
      const cleared = await attempt(up, statement, async () => {
        await engine.removeRemains(statement, connection);
        await journal.progress(version, await progressAfter(step, index, false));
      });
      return cleared ?? failure;
    }
  }
  return await attempt(up, statement, async () => {
    await journal.progress(version, await progressAfter(step, index + 1, false));
  });
}

/**
 * What builds without blocking waits for transactions that are older than itself, and hinders nobody while it waits:
 * a short lock timeout would only make it start over. A script that sets one of its own keeps it.
 */
async function waitingLong<T>({ statements }: Step, session: MigrationSession, work: () => Promise<T>): Promise<T> {
  if (statements.some((statement) => /^SET\b.*\block_timeout\b/is.test(statement.text))) return await work();
  return await engineOf(session.dialect).patiently(session.connection, work);
}

async function progressAfter({ statements }: Step, statementsDone: number, inDoubt: boolean): Promise<Progress> {
  return { statementsDone, doneChecksum: await checksumOfFirst(statements, statementsDone), inDoubt };
}

async function checksumOfFirst(statements: readonly PlannedStatement[], count: number): Promise<string> {
  return await checksumOf(
    statements
      .slice(0, count)
      .map((statement) => statement.text)
      .join('\0'),
  );
}

/** A script that stopped half-way may be mended from the failed statement on, not before it. */
async function changedBehindUs(
  migration: Migration,
  statements: readonly PlannedStatement[],
  done: { readonly statementsDone: number; readonly doneChecksum: string },
): Promise<StatementFailure | null> {
  const { statementsDone, doneChecksum } = done;
  if (statementsDone === 0 || (await checksumOfFirst(statements, statementsDone)) === doneChecksum) return null;
  return {
    kind: 'refused',
    place: placeOf(migration.up, statements[0]?.start ?? 0),
    statement: statements[0]?.text ?? '',
    sqlState: null,
    message: `the first ${statementsDone} statements already took effect, and they were changed since`,
    detail: null,
    hint: 'put them back as they were; what comes after them may change',
  };
}
