import type { StatementFailure } from '../../domain/migration/failure.ts';
import type { AppliedMigration, Migration } from '../../domain/migration/migration.ts';
import { EnvironmentError } from '../../errors.ts';
import { engineOf } from '../sql/engine.ts';
import { aboutTheJournal } from '../sql/in-transaction.ts';
import { attempt } from '../sql/run-statement.ts';
import type { ApplyResult, MigrationSession, Stands } from '../tool.ts';
import { waitForOthers } from './wait-for-others.ts';

/** How one run of a program ended, before it is recorded. */
export type ProgramEnd =
  | { readonly kind: 'done'; readonly durationMs: number }
  | { readonly kind: 'failed'; readonly failure: StatementFailure; readonly stands: Stands };

/**
 * Let a program bring a database further, with a record before and after: what was begun and did not end is seen by
 * the next run.
 */
export async function recorded(
  migration: Migration,
  earlier: readonly Migration[],
  session: MigrationSession,
  work: () => Promise<ProgramEnd>,
): Promise<ApplyResult> {
  const journal = await engineOf(session.dialect).openJournal(session);
  session.beforeStatement();
  await waitForOthers(session);
  await journal.begin(migration, session.runId);
  const end = await work().catch(async (error: unknown) => {
    // Nothing was begun after all.
    if (error instanceof EnvironmentError) await journal.forget(migration.version).catch(() => undefined);
    throw error;
  });
  if (end.kind === 'failed') {
    if (end.stands === 'as-before') await journal.forget(migration.version).catch(() => undefined);
    return end;
  }
  const last = { text: 'the last record', start: 0 };
  const failure = await attempt(migration.up, last, async () => {
    for (const one of earlier) await journal.record(one, 0, session.runId);
    await journal.finish(migration, end.durationMs);
  });
  if (failure === null) return { kind: 'done', durationMs: end.durationMs, statements: 1 };
  return { kind: 'failed', failure: aboutTheJournal(failure, session.table), stands: 'partial' };
}

/** Let a program undo a migration, and forget it. */
export async function undone(
  migration: Migration,
  session: MigrationSession,
  work: () => Promise<ProgramEnd>,
): Promise<ApplyResult> {
  session.beforeStatement();
  await waitForOthers(session);
  const end = await work();
  if (end.kind === 'failed') return end;
  const journal = await engineOf(session.dialect).openJournal(session);
  await journal.forget(migration.version);
  return { kind: 'done', durationMs: end.durationMs, statements: 1 };
}

/** What our own table says; nothing where it is absent. */
export async function ledgerOf(
  view: Pick<MigrationSession, 'connection' | 'table' | 'dialect'>,
): Promise<readonly AppliedMigration[]> {
  return await engineOf(view.dialect).readApplied(view);
}
