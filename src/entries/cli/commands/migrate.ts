import { labelOf } from '../../../domain/migration/migration.ts';
import { splitPending, type Waiting } from '../../../domain/migration/contract.ts';
import { ConfigError, EnvironmentError, GateFailed, Interrupted } from '../../../errors.ts';
import { migrationsOf } from '../../../stages/migrations-of.ts';
import { migrateDatabase } from '../../../stages/migrate-database.ts';
import { applyInput, openMigrations } from '../migrations.ts';
import { migrateDown } from '../../../stages/migrate-down.ts';
import { migrateStatus } from '../../../stages/migrate.ts';
import { servingOf } from '../../../stages/contract-steps.ts';
import { inspectSource } from '../../../stages/source.ts';
import { withScratch } from '../../../stages/with-scratch.ts';
import { existingAgent, statusOf } from '../agent.ts';
import type { CommandBody, CommandContext, CommandResult } from '../command.ts';
import { delivering, openWorkshop } from '../delivery.ts';
import { openProject, type Project } from '../project.ts';

/** The database of the environment and the migrations of the commit that is checked out. */
export const run: CommandBody = async (context) => {
  const project = await openProject(context);
  const [action = 'apply'] = context.positionals;
  if (action === 'status' || (action === 'apply' && context.dryRun)) return await status(context, project);
  if (action === 'apply') return await apply(context, project);
  if (action === 'down') return await down(context, project);
  throw new ConfigError('ACTION_UNKNOWN', `"${action}" is nothing that migrate does.`, {
    problems: [{ path: 'migrate', message: `"${action}" is not known`, choices: ['apply', 'status', 'down'] }],
  });
};

async function status(context: CommandContext, project: Project): Promise<CommandResult> {
  const { settings, database } = openMigrations(project);
  const workshop = await openWorkshop(project);
  const { commit } = await inspectSource(workshop.repository, true);
  const found = await database.environment.wake();
  const known = await withScratch(workshop, async (ports) => {
    const set = await migrationsOf(commit, settings, database.plugin.dialect, ports);
    return found === null
      ? { applied: [], pending: set.migrations.map(labelOf), open: [], problems: set.problems }
      : await migrateStatus(applyInput(project, found.url, set), ports);
  });
  const serving = servingOf(await existingAgent(context, (agent) => statusOf(agent, project.scope)));
  const waiting = splitPending(known.open, serving).waiting.map(({ migration, why }) => ({
    migration: labelOf(migration),
    why,
  }));
  const problems = known.problems.map(({ severity, message }) => `${severity}: ${message}`);
  return {
    outcome: context.dryRun ? 'planned' : 'ok',
    code: known.pending.length === 0 ? 'NOTHING_PENDING' : 'PENDING',
    result: { ...project.scope, applied: known.applied, pending: known.pending, waiting, problems: known.problems },
    summary: [
      `${known.applied.length} applied, ${known.pending.length} pending`,
      ...known.pending.map((name) => {
        const waits = waiting.find(({ migration }) => migration === name);
        return waits === undefined ? `pending: ${name}` : `waits: ${name}: ${waits.why}`;
      }),
      ...problems,
    ],
  };
}

async function apply(context: CommandContext, project: Project): Promise<CommandResult> {
  openMigrations(project);
  return await delivering(
    project,
    () => undefined,
    async (base, ports) => {
      const { commit } = await inspectSource(ports.repository, context.flags['allow-dirty'] === true);
      const source = { version: '', commit, sourceDateEpoch: 0 };
      const wantsContract = context.flags['contract'] === true;
      const share = wantsContract ? 'contract' : 'expand';
      const migrated = await migrateDatabase({ ...base, source }, null, ports, share);
      const { applied = [], measured = [], waiting = [] } = migrated ?? {};
      if (wantsContract && applied.length === 0) refuseWaiting(waiting);
      const names = applied.map(labelOf);
      return {
        outcome: 'ok',
        code: names.length === 0 ? 'NOTHING_PENDING' : 'MIGRATED',
        result: { ...project.scope, applied, measured },
        summary: [
          names.length === 0 ? 'nothing was pending' : `applied: ${names.join(', ')}`,
          ...waiting.map(({ migration, why }) => `waits: ${labelOf(migration)}: ${why}`),
        ],
      };
    },
  );
}

/** Who asks for contract steps wants to know why there is none to apply. */
function refuseWaiting(waiting: readonly Waiting[]): void {
  if (waiting.length === 0) return;
  throw new GateFailed(
    'CONTRACT_NOT_BAKED',
    waiting.map(({ migration, why }) => `${labelOf(migration)} has to wait: ${why}`).join('\n'),
    { hint: 'A contract step runs after the release that no longer needs what it removes has served for deploy.bake.' },
  );
}

async function down(context: CommandContext, project: Project): Promise<CommandResult> {
  const { settings, database } = openMigrations(project);
  const count = typeof context.flags['count'] === 'number' ? context.flags['count'] : 1;
  const what = `the last ${count === 1 ? 'migration' : `${count} migrations`} of ${project.scope.app}/${project.scope.environment}`;
  if (context.dryRun)
    return { outcome: 'planned', code: 'PLANNED', result: { count }, summary: [`would undo ${what}`] };
  const isSure = context.flags['yes'] === true || (await context.ask(`Undo ${what}? Data may be lost.`));
  if (!isSure)
    throw new Interrupted('NOT_CONFIRMED', 'nothing was undone', { hint: 'Say --yes where nobody can be asked.' });
  return await delivering(
    project,
    () => undefined,
    async (_base, ports) => {
      const { commit } = await inspectSource(ports.repository, context.flags['allow-dirty'] === true);
      const found = await database.environment.wake();
      if (found === null)
        throw new EnvironmentError('DATABASE_MISSING', 'there is no database yet, so nothing can be undone');
      const { url } = found;
      const result = await withScratch(ports, async (own) => {
        const set = await migrationsOf(commit, settings, database.plugin.dialect, own);
        return await migrateDown(
          { ...applyInput(project, url, set), assertStillOurs: own.lock.assertHeld, count },
          own,
        );
      });
      const undone = result.applied.map(labelOf);
      if (result.kind === 'failed')
        throw new GateFailed('MIGRATION_DOWN_FAILED', result.failed.message, { facts: { undone } });
      if (result.kind === 'stopped') throw result.reason;
      return {
        outcome: 'ok',
        code: 'UNDONE',
        result: { ...project.scope, undone: result.applied },
        summary: [undone.length === 0 ? 'nothing was applied' : `undone: ${undone.join(', ')}`],
      };
    },
  );
}
