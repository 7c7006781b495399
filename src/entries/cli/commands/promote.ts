import { existingAgent } from '../agent.ts';
import type { CommandBody } from '../command.ts';
import { openProject } from '../project.ts';
import { waiting } from '../no-wait.ts';
import { run as resume } from './resume.ts';

/** Pass the gate, then follow to the end: somebody must want the rollout to go on from here. */
export const run: CommandBody = async (context) => {
  const { scope, config } = waiting(await openProject(context));
  const unattendedMs = config.deploy.wait ? undefined : config.deploy.unattended;
  const promoted = await existingAgent(context, (agent) => agent.request({ type: 'promote', ...scope, unattendedMs }));
  if (promoted === null) {
    return { outcome: 'ok', code: 'NOTHING_TO_PROMOTE', result: { ...scope }, summary: ['nothing is under way'] };
  }
  if (unattendedMs !== undefined) {
    const summary = ['the gate is passed, and the agent goes on by itself', 'its outcome: fairway follow'];
    return { outcome: 'running', code: 'HANDED_OVER', result: { ...scope, ...promoted }, summary };
  }
  return await resume(context);
};
