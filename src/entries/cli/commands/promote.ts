import { existingAgent } from '../agent.ts';
import type { CommandBody } from '../command.ts';
import { openProject } from '../project.ts';
import { run as resume } from './resume.ts';

/** Pass the gate, then follow to the end: somebody must want the rollout to go on from here. */
export const run: CommandBody = async (context) => {
  const { scope } = await openProject(context);
  const promoted = await existingAgent(context, (agent) => agent.request({ type: 'promote', ...scope }));
  if (promoted === null) {
    return { outcome: 'ok', code: 'NOTHING_TO_PROMOTE', result: { ...scope }, summary: ['nothing is under way'] };
  }
  return await resume(context);
};
