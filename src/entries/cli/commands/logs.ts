import { ConfigError } from '../../../errors.ts';
import { existingAgent } from '../agent.ts';
import type { CommandBody } from '../command.ts';
import { openProject } from '../project.ts';

/** The last lines that the processes of a release wrote. */
export const run: CommandBody = async (context) => {
  const { scope } = await openProject(context);
  const [version] = context.positionals;
  const { process: name, lines } = context.flags;
  const answer = await existingAgent(context, (agent) =>
    agent.request({
      type: 'logs',
      ...scope,
      version: version ?? null,
      process: typeof name === 'string' ? name : null,
      lines: typeof lines === 'number' ? lines : 100,
    }),
  );
  if (answer === null) {
    throw new ConfigError('NOTHING_RUNS', `${scope.app}/${scope.environment}: nothing runs here, so there are no logs`);
  }
  const { processes } = answer;
  return {
    outcome: 'ok',
    code: 'LOGS',
    result: { ...scope, release: answer.release, processes },
    summary: processes.flatMap(({ process, lines: said }) =>
      said.map((line) => (processes.length === 1 ? line : `${process} | ${line}`)),
    ),
  };
};
