import { imageArtifact } from '../../domain/image/digest.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Containers } from '../../ports.ts';
import type { Adopted, AdoptedProcess } from '../target.ts';
import type { DockerConfig } from './schema.ts';

const defaultPort = 8_080;

/**
 * Look at a running container that another tool started, and say how it is reached and what it was made of.
 *
 * Changes nothing. Throws EnvironmentError `NOTHING_TO_ADOPT`.
 */
export async function adoptContainer(
  wanted: AdoptedProcess,
  config: Pick<DockerConfig, 'port'>,
  engine: Containers,
): Promise<Adopted> {
  const { name, process, releaseId, port: asked } = wanted;
  const found = await engine.inspect(name);
  if (found?.isRunning !== true) {
    const what = found === null ? 'there is no container' : 'nothing runs in the container';
    throw new EnvironmentError('NOTHING_TO_ADOPT', `${what} "${name}" on this engine`, {
      hint: '"docker ps" lists what runs; name it by its name or id.',
    });
  }
  const image = await engine.image(found.imageId);
  const [exposed, another] = image?.ports ?? [];
  const port = asked ?? config.port ?? (another === undefined ? exposed : undefined) ?? defaultPort;
  const [own] = Object.values(found.addresses).filter((address) => address !== '');
  return {
    artifact: imageArtifact(found.imageId),
    location: found.imageId,
    instance: {
      releaseId,
      process,
      address: `${own ?? '127.0.0.1'}:${port}`,
      handle: { container: found.id },
      logFile: null,
    },
  };
}
