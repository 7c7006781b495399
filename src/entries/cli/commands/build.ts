import { unreleasedVersion } from '../../../domain/release/plan.ts';
import { sizeLine } from '../../../domain/image/size.ts';
import { build } from '../../../stages/build.ts';
import type { ImageReport } from '../../../stages/image-report.ts';
import { planRelease } from '../../../stages/release.ts';
import { commitEpoch, inspectSource } from '../../../stages/source.ts';
import { existingAgent, statusOf } from '../agent.ts';
import type { CommandBody, CommandContext } from '../command.ts';
import { openWorkshop, type Workshop } from '../delivery.ts';
import { openProject, type Project } from '../project.ts';

/** Build the commit that is checked out. */
export const run: CommandBody = async (context) => {
  const project = await openProject(context);
  const workshop = await openWorkshop(project);
  const { version, commit, artifact, image } = await buildHead(context, project, workshop);
  return {
    outcome: 'ok',
    code: 'BUILT',
    result: { release: { version, commit }, artifact: artifact.artifact, location: artifact.location, image },
    summary: [`${artifact.artifact}`, `in ${artifact.location}`, ...(image === null ? [] : [sizeLine(image.size)])],
  };
};

export async function buildHead(context: CommandContext, { config, scope }: Project, workshop: Workshop) {
  const { flags, signal } = context;
  const { commit } = await inspectSource(workshop.repository, flags['allow-dirty'] === true);
  const plan = await planRelease(config.release, { commit }, workshop.repository);
  const source = {
    commit,
    version: unreleasedVersion(plan.current, commit),
    sourceDateEpoch: await commitEpoch(commit, workshop.repository),
  };
  // A folder is not judged by its size: nobody is asked about the last one.
  const isImage = workshop.engine.name !== 'host';
  const status = isImage ? await existingAgent(context, async (agent) => await statusOf(agent, scope)) : null;
  let image: ImageReport | null = null;
  const judge = {
    previous: status?.stable ?? null,
    onImage: (report: ImageReport) => void (image = report),
  };
  const artifact = await build({ config, ...source, signal, judge }, workshop);
  return { ...source, artifact, image: image as ImageReport | null };
}
