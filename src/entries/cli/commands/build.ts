import { unreleasedVersion } from '../../../domain/release/plan.ts';
import { build } from '../../../stages/build.ts';
import { planRelease } from '../../../stages/release.ts';
import { commitEpoch, inspectSource } from '../../../stages/source.ts';
import type { CommandBody, CommandContext } from '../command.ts';
import { openWorkshop, type Workshop } from '../delivery.ts';
import { openProject, type Project } from '../project.ts';

/** Build the commit that is checked out. */
export const run: CommandBody = async (context) => {
  const project = await openProject(context);
  const workshop = await openWorkshop(project);
  const { version, commit, artifact } = await buildHead(context, project, workshop);
  return {
    outcome: 'ok',
    code: 'BUILT',
    result: { release: { version, commit }, artifact: artifact.artifact, location: artifact.location },
    summary: [`${artifact.artifact}`, `in ${artifact.location}`],
  };
};

export async function buildHead({ flags, signal }: CommandContext, { config }: Project, workshop: Workshop) {
  const { commit } = await inspectSource(workshop.repository, flags['allow-dirty'] === true);
  const plan = await planRelease(config.release, { commit }, workshop.repository);
  const source = {
    commit,
    version: unreleasedVersion(plan.current, commit),
    sourceDateEpoch: await commitEpoch(commit, workshop.repository),
  };
  const artifact = await build({ config: config.build, ...source, signal }, workshop);
  return { ...source, artifact };
}
