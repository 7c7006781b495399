import { existingAgent } from '../agent.ts';
import type { CommandBody } from '../command.ts';
import { openProject } from '../project.ts';
import { errorOf, followRollout } from '../../../stages/follow.ts';

/** All traffic back to stable; waits until it is there. Success is that stable serves, not that a rollout went well. */
export const run: CommandBody = async (context) => {
  const { scope } = await openProject(context);
  const end = await existingAgent(context, async (agent) => {
    const { rolloutId } = await agent.request({ type: 'abort', ...scope });
    if (rolloutId === null) return null;
    return await followRollout(scope, rolloutId, { agent, reporter: context.reporter }, new AbortController().signal);
  });
  if (end === null) {
    return { outcome: 'ok', code: 'NOTHING_TO_ABORT', result: { ...scope }, summary: ['nothing is under way'] };
  }
  if (end.outcome === 'rollback-failed') {
    const error = errorOf(end, false);
    if (error !== null) return { error, result: { ...scope, rollout: end } };
  }
  return { outcome: 'ok', code: 'ABORTED', result: { ...scope, rollout: end }, summary: [end.message] };
};
