import type { AppliedMigration } from '../domain/migration/migration.ts';
import { planScript } from '../domain/migration/script-plan.ts';
import { byStatement } from './sql/by-statement.ts';
import type { Journal } from './sql/journal.ts';
import { inTransaction } from './sql/in-transaction.ts';
import { runStatement } from './sql/run-statement.ts';
import type { MigrationSession, MigrationTool, MigrationView } from './tool.ts';

/** Where a tool that runs scripts of SQL keeps what a database has. */
export interface Journals {
  /** Another table than the configured one. */
  readonly table?: string;
  open(session: MigrationSession): Promise<Journal>;
  read(view: MigrationView): Promise<readonly AppliedMigration[]>;
}

/** Everything but the reading of the tree, of a tool whose migrations are scripts of SQL. */
export function scriptTool(journals: Journals): Pick<MigrationTool, 'applied' | 'prepare' | 'apply' | 'revert'> {
  return {
    applied: async (view) => await journals.read(view),

    async prepare(session) {
      await (await journals.open(session)).create();
    },

    async apply(migration, begun, given) {
      const session = { ...given, table: journals.table ?? given.table };
      const journal = await journals.open(session);
      const { plan } = planScript(migration.up, session.dialect);
      // A repeatable one that is applied again begins anew.
      if (begun !== null && begun.unfinished === null && plan.mode === 'statements')
        await journal.forget(begun.version);
      const left = begun?.unfinished == null ? null : begun;
      try {
        if (plan.mode === 'statements') return await byStatement(migration, plan.statements, left, journal, session);
        const record = async (durationMs: number): Promise<void> => {
          if (begun !== null) await journal.forget(begun.version);
          await journal.record(migration, durationMs, session.runId);
        };
        return await inTransaction(migration.up, plan.statements, record, session);
      } finally {
        await session.reset().catch(() => undefined);
      }
    },

    async revert(migration, given) {
      const session = { ...given, table: journals.table ?? given.table };
      const { down } = migration;
      if (down === null) throw new Error(`${migration.up.path} has no down script`);
      const journal = await journals.open(session);
      const { plan } = planScript(down, session.dialect);
      const forget = async (): Promise<void> => await journal.forget(migration.version);
      try {
        if (plan.mode === 'transaction') return await inTransaction(down, plan.statements, forget, session);
        for (const [index, statement] of plan.statements.entries()) {
          const failure = await runStatement(down, statement, session);
          if (failure !== null) return { kind: 'failed', failure, stands: index === 0 ? 'as-before' : 'partial' };
        }
        await session.reset();
        return await inTransaction(down, [], forget, session);
      } finally {
        await session.reset().catch(() => undefined);
      }
    },
  };
}
