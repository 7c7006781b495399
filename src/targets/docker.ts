import { loopbacksIn, loopbackUnfit, unfit } from '../domain/image/fitness.ts';
import { imageArtifact } from '../domain/image/digest.ts';
import { label, placeNames } from '../domain/image/names.ts';
import { EnvironmentError, FairwayError } from '../errors.ts';
import type { Clock, ContainerView } from '../ports.ts';
import { adoptContainer } from './docker/adopt.ts';
import { explainContainer } from './docker/explain.ts';
import { prepareImage, wantedImage } from './docker/prepare.ts';
import { dockerSchema } from './docker/schema.ts';
import { secretFolder } from './docker/secrets.ts';
import { startContainer } from './docker/start.ts';
import type { Instance, TargetPlugin } from './target.ts';

/** How long an engine may be away (its own restart) before what it runs counts as unknown. */
const absenceMs = 10_000;
const absencePollMs = 250;

/** Releases as containers of one engine: images by digest, and a restart only by whoever decided about it. */
export const dockerTarget: TargetPlugin<typeof dockerSchema> = {
  type: 'docker',
  schema: dockerSchema,
  artifact: 'image',
  resolve: (config, env) => ({ ...config, host: config.host ?? (env['DOCKER_HOST'] || undefined) }),
  create(config, ports) {
    const engine = ports.containers(config.host ?? null);
    const view = async (instance: Instance): Promise<ContainerView | null> =>
      await patiently(async () => await engine.inspect(containerOf(instance)), ports.clock);
    return {
      prepare: async (release, context) => await prepareImage(release, context, engine),
      start: async (release, process, secrets, context) =>
        await startContainer(release, process, secrets, context, config, ports, engine),
      isRunning: async (instance) => (await view(instance))?.isRunning ?? false,
      stop: async (instance, graceMs) => await engine.stop(containerOf(instance), graceMs),
      logs: async (instance, lines) => await engine.logs(containerOf(instance), lines),
      async discard(releaseId, context) {
        const names = placeNames(context);
        await ports.files.remove(secretFolder(context, releaseId));
        for (const { id } of await engine.list({ [label.place]: names.mark, [label.release]: releaseId })) {
          await engine.remove(id);
        }
        await engine.untag(names.image(releaseId));
        await engine.removeNetwork(names.network);
      },
      async preflight(release, secrets, context) {
        const image = (await engine.image(release.location)) ?? (await engine.image(wantedImage(release)));
        if (image === null) return [];
        const network = context.isRehearsal === true ? 'host' : config.network;
        const found = unfit(release, image, await engine.engine(), {
          network,
          memory: config.memory,
          host: config.host,
          isContained: config.agent === 'container' && context.isRehearsal !== true,
        });
        return network === 'own' ? [...found, ...loopbacksIn(secrets).map(loopbackUnfit)] : found;
      },
      async reasonToWait(instance) {
        const health = (await view(instance))?.health ?? null;
        if (health === null || health.status === 'healthy') return null;
        return `its health check says ${health.status}${health.output === '' ? '' : `: ${health.output}`}`;
      },
      adopt: async (wanted) => await adoptContainer(wanted, config, engine),
      async artifactOf(instance) {
        const found = await view(instance);
        return found?.isRunning === true ? imageArtifact(found.imageId) : null;
      },
      async explain(instance) {
        return await explainContainer(await view(instance), ports.files);
      },
    };
  },
};

function containerOf({ handle }: Instance): string {
  if ('container' in handle) return handle.container;
  throw new EnvironmentError('NOT_A_CONTAINER', 'what runs there was not started by this target');
}

/** An engine that is started again is back in a moment; whoever asked then is not told that all is lost. */
async function patiently<T>(ask: () => Promise<T>, clock: Clock): Promise<T> {
  const deadline = clock.monotonicMs() + absenceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const isAway = error instanceof FairwayError && error.code === 'DOCKER_UNREACHABLE';
      if (!isAway || clock.monotonicMs() > deadline) throw error;
      await clock.sleep(absencePollMs);
    }
  }
}
