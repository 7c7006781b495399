import { barrierTo } from '../../../domain/rollout/no-return.ts';
import type { ReleaseSpec } from '../../../domain/rollout/plan.ts';
import { ConfigError } from '../../../errors.ts';
import { errorOf, followRollout } from '../../../stages/follow.ts';
import { stage } from '../../../stages/stage.ts';
import { existingAgent, statusOf, underLock } from '../agent.ts';
import type { CommandBody } from '../command.ts';
import { openProject } from '../project.ts';

/** Make a kept release serve again: traffic and processes move, the database stays as it is. */
export const run: CommandBody = async (context) => {
  const project = await openProject(context);
  const { scope, world } = project;
  const [wanted] = context.positionals;
  const version = wanted?.replace(/^v(?=\d)/, '') ?? null;
  const status = await existingAgent(context, (agent) => statusOf(agent, scope));
  if (status?.stable == null) {
    throw new ConfigError(
      'NOTHING_TO_ROLL_BACK',
      `${scope.app}/${scope.environment}: no release serves here, so there is nothing to go back from`,
    );
  }
  if (context.dryRun) {
    const isOpen = (spec: ReleaseSpec): boolean => barrierTo(spec, status.noReturns ?? []) === null;
    const kept = status.releases
      .filter(({ id, spec }) => id !== status.stable?.id && isOpen(spec))
      .map((release) => release.version);
    return {
      outcome: 'planned',
      code: 'PLANNED',
      result: { ...scope, from: status.stable.version, kept },
      summary: [`${status.stable.version} serves; a rollback may go to: ${kept.join(', ') || 'nothing is kept'}`],
    };
  }
  return await underLock(project, async (agent) => {
    const { rolloutId, release } = await agent.request({ type: 'rollback', ...scope, version, runId: context.runId });
    const end = await stage('rollback', `back to ${release.version}`, world, async () => {
      const end = await followRollout(scope, rolloutId, { agent, reporter: context.reporter }, context.signal);
      const error = errorOf(end, context.signal.aborted);
      if (error !== null) throw error;
      return { value: end, summary: `${release.version} serves` };
    });
    return {
      outcome: 'ok',
      code: 'BACK_ON_OLD',
      result: { ...scope, from: status.stable?.version ?? null, release, rollout: end },
      summary: [end.message, 'the database was not touched'],
    };
  });
};
