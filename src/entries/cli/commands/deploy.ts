import { unreleasedVersion } from '../../../domain/release/plan.ts';
import { deliver } from '../../../stages/deliver.ts';
import { planRelease } from '../../../stages/release.ts';
import { commitEpoch, inspectSource } from '../../../stages/source.ts';
import type { CommandBody } from '../command.ts';
import { delivering } from '../delivery.ts';
import { partial } from '../partial.ts';
import { planned } from '../planned.ts';
import { openProject } from '../project.ts';

/** Everything but the release: the commit is deployed as `<last>+<sha>` and nothing is tagged. */
export const run: CommandBody = async (context) => {
  const project = await openProject(context);
  if (context.dryRun) return await planned(project, 'deploy');
  return await partial(async (known, onKnown) => {
    return await delivering(project, onKnown, async (base, ports) => {
      const { commit } = await inspectSource(ports.repository, context.flags['allow-dirty'] === true);
      if (base.status?.stable?.commit === commit) {
        const { version } = base.status.stable;
        return {
          outcome: 'ok',
          code: 'NOTHING_NEW',
          result: { release: { version, commit } },
          summary: [`nothing to do: ${version} (${commit.slice(0, 7)}) serves already`],
        };
      }
      const plan = await planRelease(base.config.release, { commit }, ports.repository);
      const version = unreleasedVersion(plan.current, commit);
      const sourceDateEpoch = await commitEpoch(commit, ports.repository);
      const { url } = await deliver({ ...base, source: { version, commit, sourceDateEpoch } }, ports);
      return {
        outcome: 'ok',
        code: 'DEPLOYED',
        result: known,
        summary: [`${version} serves${url === null ? '' : ` at ${url}`}`],
      };
    });
  });
};
