import { existingAgent } from '../agent.ts';
import type { CommandBody } from '../command.ts';
import { openProject } from '../project.ts';

/** The rollout stays where it is, watched by the agent, with or without a client. */
export const run: CommandBody = async (context) => {
  const { scope } = await openProject(context);
  const paused = await existingAgent(context, (agent) => agent.request({ type: 'pause', ...scope }));
  if (paused === null) {
    return { outcome: 'ok', code: 'NOTHING_TO_PAUSE', result: { ...scope }, summary: ['nothing is under way'] };
  }
  return {
    outcome: 'running',
    code: 'PAUSED',
    result: { ...scope, ...paused },
    summary: [
      `the rollout stays at ${paused.weightPercent} % of the traffic, watched, for at most 24 hours`,
      'on with "fairway promote", back with "fairway abort"',
    ],
  };
};
