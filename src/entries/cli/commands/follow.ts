import type { AppStatus, RolloutEnd } from '../../../domain/rollout/messages.ts';
import { Interrupted } from '../../../errors.ts';
import { confirm } from '../../../stages/confirm.ts';
import { errorOf } from '../../../stages/follow.ts';
import { finishPublication } from '../../../stages/ship.ts';
import { existingAgent, statusOf } from '../agent.ts';
import type { CommandBody, CommandContext } from '../command.ts';
import { delivering } from '../delivery.ts';
import { announcing } from '../forge.ts';
import { openProject, type Project } from '../project.ts';

/** Collect the outcome of what the agent rolls out, or has rolled out, by itself, and finish what a client owes. */
export const run: CommandBody = async (context) => {
  const project = await openProject(context);
  const { scope } = project;
  const before = await standing(project);
  if (before?.rollout != null && context.flags['no-wait'] === true) {
    const { phase, weightPercent, release } = before.rollout;
    const summary = [`the rollout of ${release.version} is under way: ${phase}, ${weightPercent} % of the traffic`];
    return { outcome: 'running', code: 'UNDER_WAY', result: { ...scope, rollout: before.rollout }, summary };
  }
  const end = before?.rollout == null ? (before?.lastRollout?.end ?? null) : await followed(project, before.rollout);
  if (end === null) {
    return {
      outcome: 'ok',
      code: 'NOTHING_TO_FOLLOW',
      result: { ...scope },
      summary: [`${scope.app}/${scope.environment}: nothing was rolled out here`],
    };
  }
  const error = errorOf(end, false);
  if (error !== null) return { error, result: { ...scope, rollout: end } };
  const tag = await finish(project, context);
  return {
    outcome: 'ok',
    code: tag === null ? 'FOLLOWED' : 'RELEASED',
    result: { ...scope, rollout: end, ...(tag === null ? {} : { tag }) },
    summary: [end.message, ...(tag === null ? [] : [`released as ${tag}`])],
  };
};

async function standing({ context, scope }: Project): Promise<AppStatus | null> {
  return await existingAgent(context, (agent) => statusOf(agent, scope));
}

/** Whoever stops looking stops nothing: the rollout is the agent's. */
async function followed(
  { context, scope }: Project,
  { rolloutId, release }: NonNullable<AppStatus['rollout']>,
): Promise<RolloutEnd | null> {
  const { reporter, signal } = context;
  try {
    return await existingAgent(context, (agent) =>
      agent.follow(
        scope,
        rolloutId,
        (record) => reporter.report({ type: 'rollout', record, text: record.text }),
        signal,
      ),
    );
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Interrupted('NOT_FOLLOWED', `nobody follows the rollout of ${release.version} here any more`, {
      hint: 'It goes on; back with "fairway abort", its outcome with "fairway follow".',
      cause: error,
    });
  }
}

/** A release that was promoted without a client is looked at through the users' door, then published. */
async function finish(project: Project, context: CommandContext): Promise<string | null> {
  const stable = (await standing(project))?.stable ?? null;
  if (stable === null || stable.published) return null;
  return await delivering(
    project,
    () => undefined,
    async (base, ports) => {
      const { announce, branch } = await announcing(context);
      await confirm(base, stable.spec, ports);
      const published = await finishPublication({ ...base, branch }, { ...ports, announce });
      return published?.tag ?? null;
    },
  );
}
