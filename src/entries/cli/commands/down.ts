import { Interrupted } from '../../../errors.ts';
import { endIdleAgent, existingAgent } from '../agent.ts';
import type { CommandBody } from '../command.ts';
import { environmentDatabase, openProject } from '../project.ts';

/** Stop all that runs for the environment. Data, journal and artifacts stay. */
export const run: CommandBody = async (context) => {
  const project = await openProject(context);
  const { scope } = project;
  const name = `${scope.app}/${scope.environment}`;
  if (context.dryRun) {
    return {
      outcome: 'planned',
      code: 'PLANNED',
      result: { ...scope },
      summary: [`would stop everything that runs for ${name}`],
    };
  }
  if (
    context.flags['yes'] !== true &&
    context.isTerminal &&
    !(await context.ask(`Stop everything that runs for ${name}?`))
  ) {
    throw new Interrupted('NOT_CONFIRMED', 'nothing was stopped');
  }
  const releases = await existingAgent(
    context,
    async (agent) => (await agent.request({ type: 'down', ...scope })).releases,
  );
  const database = environmentDatabase(project);
  const hadDatabase = (await database?.find()) ?? null;
  await database?.stop();
  await endIdleAgent(context);
  const stopped = [...(releases ?? []), ...(hadDatabase === null ? [] : ['database'])];
  return {
    outcome: 'ok',
    code: 'DOWN',
    result: { ...scope, releases: releases ?? [] },
    summary: [
      stopped.length === 0
        ? `${name}: nothing ran here`
        : `${name}: stopped ${stopped.join(', ')}; data and journal are kept`,
    ],
  };
};
