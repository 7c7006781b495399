import { unreleasedVersion } from '../../../domain/release/plan.ts';
import { deliver } from '../../../stages/deliver.ts';
import { deployRelease, findRelease } from '../../../stages/deploy-release.ts';
import { planRelease } from '../../../stages/release.ts';
import { commitEpoch, inspectSource } from '../../../stages/source.ts';
import type { CommandBody, CommandResult } from '../command.ts';
import { delivering } from '../delivery.ts';
import { otherEngines } from '../engine.ts';
import { handedOver, waiting } from '../no-wait.ts';
import { partial } from '../partial.ts';
import { planned } from '../planned.ts';
import { openProject, type Project } from '../project.ts';

/**
 * Everything but the release: the commit is deployed as `<last>+<sha>` and nothing is tagged. With `--release`, what
 * was released before is deployed as it is.
 */
export const run: CommandBody = async (context) => {
  const project = waiting(await openProject(context));
  if (context.dryRun) return await planned(project, 'deploy');
  const { release } = context.flags;
  if (typeof release === 'string') return await runReleased(project, release);
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
      const { url, rollout } = await deliver({ ...base, source: { version, commit, sourceDateEpoch } }, ports);
      if (rollout.outcome === 'running') return handedOver(known, rollout);
      return {
        outcome: 'ok',
        code: 'DEPLOYED',
        result: known,
        summary: [`${version} serves${url === null ? '' : ` at ${url}`}`],
      };
    });
  });
};

async function runReleased(project: Project, wanted: string): Promise<CommandResult> {
  return await partial(
    async (known, onKnown) =>
      await delivering(
        project,
        onKnown,
        async (base, ports) => {
          const released = await findRelease(wanted, base.config.release.tagPrefix, ports.repository);
          const { version, commit } = released;
          onKnown({ release: { version, commit } });
          if (base.status?.stable?.commit === commit) {
            const summary = [`nothing to do: ${version} (${commit.slice(0, 7)}) serves already`];
            return { outcome: 'ok', code: 'NOTHING_NEW', result: known, summary };
          }
          const { url, rollout } = await deployRelease(released, base, ports);
          if (rollout.outcome === 'running') return handedOver(known, rollout);
          const where = url === null ? '' : ` at ${url}`;
          return { outcome: 'ok', code: 'DEPLOYED', result: known, summary: [`${version} serves${where}`] };
        },
        await otherEngines(project),
      ),
  );
}
