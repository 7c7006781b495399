import { test } from '../../../stages/test.ts';
import type { CommandBody } from '../command.ts';
import { openWorkshop } from '../delivery.ts';
import { openProject } from '../project.ts';
import { buildHead } from './build.ts';

/** Build the commit that is checked out, and test what was built. */
export const run: CommandBody = async (context) => {
  const project = await openProject(context);
  const workshop = await openWorkshop(project);
  const { version, commit, artifact } = await buildHead(context, project, workshop);
  await test({ config: project.config.test, artifact, version, commit, signal: context.signal }, workshop);
  const has = project.config.test.run.length > 0;
  return {
    outcome: 'ok',
    code: has ? 'TESTS_PASSED' : 'NO_TESTS',
    result: { release: { version, commit }, artifact: artifact.artifact },
    summary: [has ? `${version} passes its tests` : 'no tests are configured'],
  };
};
