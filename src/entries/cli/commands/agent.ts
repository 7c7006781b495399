import { runInForeground } from '../../../adapters/agent/foreground.ts';
import { EnvironmentError } from '../../../errors.ts';
import { existingAgent } from '../agent.ts';
import type { CommandBody } from '../command.ts';
import { agentProgram } from '../world.ts';

/** The agent of this state directory in the foreground, until a signal ends it; releases and proxy go on. */
export const run: CommandBody = async (context) => {
  const running = await existingAgent(context, (agent) => agent.request({ type: 'status' }));
  if (running !== null) {
    throw new EnvironmentError(
      'AGENT_RUNS',
      `the agent runs already, as process ${running.pid} since ${running.startedAt}`,
      {
        hint: 'It needs nothing: "fairway status" talks to it.',
      },
    );
  }
  const code = await runInForeground(context.stateDirectory, agentProgram(context), context.signal);
  if (code === 0 || context.signal.aborted) {
    return { outcome: 'ok', code: 'AGENT_ENDED', result: {}, summary: ['the agent ended; what it started goes on'] };
  }
  throw new EnvironmentError('AGENT_ENDED', `the agent ended with ${code ?? 'a signal'}`, {
    hint: 'Its last words stand above.',
  });
};
