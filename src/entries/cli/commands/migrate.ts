import { ConfigError } from '../../../errors.ts';
import { migrateDatabase } from '../../../stages/database.ts';
import { inspectSource } from '../../../stages/source.ts';
import type { CommandBody } from '../command.ts';
import { delivering, openWorkshop } from '../delivery.ts';
import { pendingMigrations } from '../planned.ts';
import { openProject } from '../project.ts';

/** Bring the environment's database to the commit that is checked out. */
export const run: CommandBody = async (context) => {
  const project = await openProject(context);
  if (project.config.database === undefined || project.config.migrations === undefined) {
    throw new ConfigError('MIGRATIONS_MISSING', 'The configuration has no database, or no migrations.', {
      hint: 'Add "database: { type: postgres }" and "migrations: { directory: migrations }" to fairway.yml.',
    });
  }
  const workshop = await openWorkshop(project);
  const { commit } = await inspectSource(workshop.repository, context.dryRun || context.flags['allow-dirty'] === true);
  const pending = await pendingMigrations(project, commit, workshop);
  if (context.dryRun) {
    return {
      outcome: 'planned',
      code: 'PLANNED',
      result: { ...project.scope, pending },
      summary: pending.length === 0 ? ['nothing is pending'] : pending.map((name) => `pending: ${name}`),
    };
  }
  await delivering(
    project,
    () => undefined,
    (base, ports) => migrateDatabase({ ...base, source: { version: '', commit, sourceDateEpoch: 0 } }, ports),
  );
  return {
    outcome: 'ok',
    code: pending.length === 0 ? 'NOTHING_PENDING' : 'MIGRATED',
    result: { ...project.scope, applied: pending },
    summary: [pending.length === 0 ? 'nothing was pending' : `applied: ${pending.join(', ')}`],
  };
};
