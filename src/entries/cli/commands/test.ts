import { testsLine, type TestsSeen } from '../../../domain/tests/judge.ts';
import { test } from '../../../stages/test.ts';
import type { CommandBody } from '../command.ts';
import { openWorkshop } from '../delivery.ts';
import { partial } from '../partial.ts';
import { openProject } from '../project.ts';
import { buildHead } from './build.ts';

/** Build the commit that is checked out, and test what was built. */
export const run: CommandBody = async (context) =>
  await partial(async (known, onKnown) => {
    const project = await openProject(context);
    const workshop = await openWorkshop(project);
    const { version, commit, artifact, image } = await buildHead(context, project, workshop);
    onKnown({ release: { version, commit }, artifact: artifact.artifact, image });
    let line = '';
    const onTests = (tests: TestsSeen): void => {
      line = testsLine(tests);
      onKnown({ tests });
    };
    await test({ config: project.config.test, artifact, version, commit, signal: context.signal, onTests }, workshop);
    const has = project.config.test.run.length > 0;
    return {
      outcome: 'ok',
      code: has ? 'TESTS_PASSED' : 'NO_TESTS',
      result: known,
      summary: [has ? `${version} passes its tests` : 'no tests are configured', ...(line === '' ? [] : [line])],
    };
  });
