import { ConfigError } from '../../../errors.ts';
import { releaseSecrets } from '../../../stages/database.ts';
import { releaseSpec, rolloutPlan } from '../../../stages/release-spec.ts';
import { stage } from '../../../stages/stage.ts';
import type { CommandBody } from '../command.ts';
import { delivering } from '../delivery.ts';
import { openProject } from '../project.ts';

/** It was built from no commit that anybody told us. */
const unknownCommit = '0'.repeat(40);

/** What another tool started becomes the first stable release. */
export const run: CommandBody = async (context) => {
  const project = await openProject(context);
  const { scope } = project;
  const [container] = context.positionals;
  if (container === undefined) {
    throw new ConfigError('OPERAND_MISSING', 'name the container: fairway adopt CONTAINER');
  }
  const { port: asked } = context.flags;
  const port = typeof asked === 'number' ? asked : null;
  if (context.dryRun) {
    const summary = [`would lead ${scope.app}/${scope.environment} to the container ${container}`];
    return { outcome: 'planned', code: 'PLANNED', result: { ...scope, container }, summary };
  }
  return await delivering(
    project,
    () => undefined,
    async ({ config, runId }, ports) => {
      const secrets = await releaseSecrets(config, ports);
      const source = { version: '0.0.0+adopted', commit: unknownCommit, artifact: '', location: '' };
      const release = releaseSpec(config, source, Object.keys(secrets));
      const at = { environment: scope.environment, runId, rolloutId: `${runId}-adopt` };
      const plan = rolloutPlan(config, at, release);
      const adopted = await stage('adopt', `the container ${container}`, ports, async () => {
        const answer = await ports.agent.request({ type: 'adopt', plan, container, port, secrets });
        return { value: answer, summary: `${answer.artifact} serves at ${answer.url}` };
      });
      return {
        outcome: 'ok',
        code: 'ADOPTED',
        result: { ...scope, container, ...adopted },
        summary: [
          `${container} serves at ${adopted.url}, and goes on serving where it did`,
          'send users there; the next deploy replaces it without a dropped request',
        ],
      };
    },
  );
};
