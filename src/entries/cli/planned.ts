import { splitPending } from '../../domain/migration/contract.ts';
import { labelOf } from '../../domain/migration/migration.ts';
import { migrationTool } from '../../migration-tools/index.ts';
import { targetState } from '../../stages/database.ts';
import type { AppStatus } from '../../domain/rollout/messages.ts';
import { servingOf } from '../../stages/contract-steps.ts';
import { migrationsOf } from '../../stages/migrations-of.ts';
import { planRelease } from '../../stages/release.ts';
import { inspectSource } from '../../stages/source.ts';
import { withScratch } from '../../stages/with-scratch.ts';
import { existingAgent, statusOf } from './agent.ts';
import type { CommandResult } from './command.ts';
import { openDatabase, openWorkshop, type Workshop } from './delivery.ts';
import type { Project } from './project.ts';

/**
 * What a delivery would do, found out without writing anything and without starting a server; an agent only where
 * a lost one left an application behind.
 */
export async function planned(project: Project, command: 'ship' | 'deploy'): Promise<CommandResult> {
  const { config, scope, context } = project;
  const workshop = await openWorkshop(project);
  const { commit } = await inspectSource(workshop.repository, true);
  const plan = await planRelease(config.release, { commit }, workshop.repository);
  const status = await existingAgent(context, (agent) => statusOf(agent, scope));
  if (status?.stable?.commit === commit) {
    const { version } = status.stable;
    return {
      outcome: 'planned',
      code: 'NOTHING_NEW',
      result: { ...scope, version, commit, tag: null, previous: { version, commit }, pendingMigrations: [] },
      summary: [`nothing to do: ${version} (${commit.slice(0, 7)}) serves ${scope.app}/${scope.environment} already`],
    };
  }
  const pending = await pendingMigrations(project, commit, status, workshop);
  const version =
    command === 'ship' && plan.next !== null ? plan.next : `${plan.current ?? '0.0.0'}+${commit.slice(0, 7)}`;
  const steps = config.deploy.steps.map((step) => (typeof step === 'number' ? step : step.weight));
  const serves = status?.stable ?? null;
  return {
    outcome: 'planned',
    code: 'PLANNED',
    result: {
      ...scope,
      version,
      commit,
      level: plan.level,
      tag: command === 'ship' ? plan.tag : null,
      previous: serves && { version: serves.version, commit: serves.commit },
      pendingMigrations: pending,
      strategy: config.deploy.strategy,
      steps,
      planDigest: plan.planDigest,
    },
    summary: [
      `would ${command} ${version} to ${scope.app}/${scope.environment}${serves === null ? ', where nothing serves yet' : `, where ${serves.version} serves`}`,
      `migrations: ${pending.length === 0 ? 'nothing pending' : `${pending.join(', ')} pending`}`,
      `${config.deploy.strategy}: ${steps.map((step) => `${step} %`).join(' -> ')}`,
      ...(command === 'ship' && plan.next !== null ? [`then ${plan.steps.join(', ')}`] : []),
    ],
  };
}

/**
 * Labels of what the commit holds and the running database does not; all of it when none runs. Contract steps that
 * have to wait are left out.
 */
async function pendingMigrations(
  project: Project,
  commit: string,
  status: AppStatus | null,
  workshop: Workshop,
): Promise<readonly string[]> {
  const settings = project.config.migrations;
  const database = openDatabase(project);
  if (settings === undefined || database === null) return [];
  return await withScratch(workshop, async (ports) => {
    const set = await migrationsOf(commit, settings, database.plugin.dialect, ports);
    const { applied } = await targetState(database, settings, set, await database.environment.find(), ports);
    const { pending } = migrationTool(settings, ports).compare(set, applied);
    return splitPending(pending, servingOf(status)).due.map(({ migration }) => labelOf(migration));
  });
}
