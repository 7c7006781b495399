import type { StatementFailure } from '../../domain/migration/failure.ts';
import type { PlannedStatement } from '../../domain/migration/script-plan.ts';
import type { Script } from '../../domain/migration/script.ts';
import type { ApplyResult, MigrationSession, Stands } from '../tool.ts';
import { attempt, runStatement } from './run-statement.ts';

/**
 * Run statements and `record` in one transaction: all of it happens, or nothing.
 *
 * Only a connection that is lost during the COMMIT leaves it open which.
 */
export async function inTransaction(
  script: Script,
  statements: readonly PlannedStatement[],
  record: (durationMs: number) => Promise<void>,
  session: MigrationSession,
): Promise<ApplyResult> {
  const { connection, clock } = session;
  const startedMs = clock.monotonicMs();
  await connection.query('BEGIN');
  try {
    for (const statement of statements) {
      const failure = await runStatement(script, statement, session);
      if (failure !== null) return await undone(failure, session);
    }
    session.beforeStatement();
    const end = { text: 'COMMIT', start: script.text.length };
    const recorded = await attempt(script, end, async () => {
      await session.resetRole();
      await record(clock.monotonicMs() - startedMs);
    });
    if (recorded !== null) return await undone(aboutTheJournal(recorded, session.table), session);
    const committed = await attempt(script, end, async () => {
      await connection.query('COMMIT');
    });
    if (committed !== null) return failed(committed, committed.kind === 'gone' ? 'unknown' : 'as-before');
    return { kind: 'done', durationMs: clock.monotonicMs() - startedMs, statements: statements.length };
  } catch (error) {
    await rollBack(session);
    throw error;
  }
}

async function undone(failure: StatementFailure, session: MigrationSession): Promise<ApplyResult> {
  if (failure.kind !== 'gone') await rollBack(session);
  return failed(failure, 'as-before');
}

function failed(failure: StatementFailure, stands: Stands): ApplyResult {
  return { kind: 'failed', failure, stands };
}

/** A server that is gone has rolled back by itself. */
async function rollBack({ connection }: MigrationSession): Promise<void> {
  await connection.query('ROLLBACK').catch(() => undefined);
}

/** The script itself went through: what it did to our table is what is wrong. */
export function aboutTheJournal(failure: StatementFailure, table: string): StatementFailure {
  if (failure.kind !== 'refused') return failure;
  const hint = `the script must leave "${table}" alone: it holds the applied versions`;
  return { ...failure, statement: `the record of the applied version in "${table}"`, hint };
}
