import { EnvironmentError } from '../../../errors.ts';
import { errorOf, followRollout } from '../../../stages/follow.ts';
import { finishPublication } from '../../../stages/ship.ts';
import { handedOver } from '../../../stages/deliver.ts';
import { existingAgent, statusOf } from '../agent.ts';
import type { CommandBody } from '../command.ts';
import { announcing } from '../forge.ts';
import { delivering } from '../delivery.ts';
import { handedOver as leftAlone, waiting } from '../no-wait.ts';
import { openProject } from '../project.ts';

/** Follow the rollout that stands to its end, then finish what a lost run left unpublished. */
export const run: CommandBody = async (context) => {
  const project = waiting(await openProject(context));
  const { scope, config } = project;
  const unattendedMs = config.deploy.wait ? undefined : config.deploy.unattended;
  const end = await existingAgent(context, async (agent) => {
    try {
      const { rolloutId } = await agent.request({ type: 'resume', ...scope, unattendedMs });
      if (unattendedMs !== undefined) return handedOver('the rollout that stood');
      return await followRollout(scope, rolloutId, { agent, reporter: context.reporter }, context.signal);
    } catch (error) {
      if (error instanceof EnvironmentError && error.code === 'NOTHING_TO_RESUME') return null;
      throw error;
    }
  });
  if (end?.outcome === 'running') return leftAlone({ ...scope, rollout: end }, end);
  const error = end === null ? null : errorOf(end, context.signal.aborted);
  if (error !== null) return { error, result: { ...scope, rollout: end } };

  const status = await existingAgent(context, (agent) => statusOf(agent, scope));
  const published =
    status?.stable == null || status.stable.published
      ? null
      : await delivering(
          project,
          () => undefined,
          async (base, ports) => {
            const { announce, branch } = await announcing(context);
            return await finishPublication({ ...base, branch }, { ...ports, announce });
          },
        );
  const said = [
    ...(end === null ? [] : [end.message]),
    ...(published === null ? [] : [`released as ${published.tag}`]),
  ];
  return {
    outcome: 'ok',
    code: said.length === 0 ? 'NOTHING_TO_RESUME' : 'RESUMED',
    result: { ...scope, rollout: end, published },
    summary: said.length === 0 ? ['nothing to resume'] : said,
  };
};
