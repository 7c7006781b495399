import { compareMigrations } from '../domain/migration/compare.ts';
import { collectMigrations } from '../domain/migration/collect.ts';
import type { MigrationFile } from '../domain/migration/migration.ts';
import { planScript } from '../domain/migration/script-plan.ts';
import { ConfigError } from '../errors.ts';
import { byStatement } from './sql/by-statement.ts';
import { inTransaction } from './sql/in-transaction.ts';
import { engineOf } from './sql/engine.ts';
import { runStatement } from './sql/run-statement.ts';
import type { MigrationTool } from './tool.ts';

/** A folder of numbered `.sql` files, and one table of the versions that a database has. */
export const sqlTool: MigrationTool = {
  type: 'sql',

  async list({ tree, directory: shownAs }, dialect, files) {
    const directory = `${tree}/${shownAs}`;
    const stat = await files.stat(directory);
    if (stat === null) {
      throw new ConfigError('MIGRATIONS_MISSING', `the folder of migrations, ${shownAs}, is not there`, {
        problems: [{ path: 'migrations.directory', message: `${shownAs} is not there` }],
        hint: 'make it, or set migrations.directory',
      });
    }
    const names = (await files.list(directory)).filter((name) => name.toLowerCase().endsWith('.sql'));
    const read = names.map(async (name): Promise<MigrationFile> => ({
      path: `${shownAs}/${name}`,
      text: await files.readText(`${directory}/${name}`),
    }));
    return await collectMigrations(await Promise.all(read), dialect);
  },

  applied: async (view) => await engineOf(view.dialect).readApplied(view),
  compare: compareMigrations,

  async prepare(session) {
    const journal = await engineOf(session.dialect).openJournal(session);
    await journal.create();
  },

  async apply(migration, begun, session) {
    const journal = await engineOf(session.dialect).openJournal(session);
    const { plan } = planScript(migration.up, session.dialect);
    try {
      if (plan.mode === 'statements') return await byStatement(migration, plan.statements, begun, journal, session);
      const record = async (durationMs: number): Promise<void> => {
        if (begun !== null) await journal.forget(begun.version);
        await journal.record(migration, durationMs, session.runId);
      };
      return await inTransaction(migration.up, plan.statements, record, session);
    } finally {
      await session.reset().catch(() => undefined);
    }
  },

  async revert(migration, session) {
    const { down } = migration;
    if (down === null) throw new Error(`${migration.up.path} has no down script`);
    const journal = await engineOf(session.dialect).openJournal(session);
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
