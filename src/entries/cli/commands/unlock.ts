import { existingAgent } from '../agent.ts';
import type { CommandBody } from '../command.ts';
import { openProject } from '../project.ts';

/** Free the environment; says whose lock it was. A living owner's is refused without `--force`. */
export const run: CommandBody = async (context) => {
  const { scope } = await openProject(context);
  const force = context.flags['force'] === true;
  const taken = await existingAgent(context, (agent) => agent.request({ type: 'take-lock-away', ...scope, force }));
  const owner = taken?.owner ?? null;
  if (taken === null || owner === null) {
    return { outcome: 'ok', code: 'NOT_LOCKED', result: { ...scope, owner: null }, summary: ['nobody holds the lock'] };
  }
  const { who, command, runId } = owner;
  return {
    outcome: 'ok',
    code: 'UNLOCKED',
    result: { ...scope, owner: { who, command, runId }, since: taken.since },
    summary: [`the lock of ${who} (${command}), held since ${taken.since}, is free`],
  };
};
