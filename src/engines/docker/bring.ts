import { imageId } from '../../domain/image/digest.ts';
import type { DockerPorts } from '../docker.ts';
import { pullImage } from './registry.ts';
import { transfer } from './released.ts';

/** An image, and the engine of a host that must have it. */
export interface Bringing {
  readonly artifact: string;
  readonly version: string;
  /** Whether the registry has it under this version. */
  readonly isPushed: boolean;
  /** As DOCKER_HOST writes them. */
  readonly from: string | null;
  readonly to: string;
}

/**
 * Have an image on the engine of a host: it is there, its registry has it, or it goes there as an archive over the same
 * connection. Throws EnvironmentError `IMAGE_NOT_MOVED`, `PULL_FAILED`, `LOGIN_FAILED`.
 */
export async function bringImage(
  { artifact, version, isPushed, from, to }: Bringing,
  scratch: (purpose: string) => string,
  ports: Pick<DockerPorts, 'files' | 'exec' | 'docker' | 'open' | 'registry'>,
): Promise<'there' | 'registry' | 'archive'> {
  const id = imageId(artifact);
  const containers = ports.open(to);
  if (id === null || (await containers.image(id)) !== null) return 'there';
  const there = { ...ports, containers, docker: { ...ports.docker, env: { ...ports.docker.env, DOCKER_HOST: to } } };
  if (isPushed && ports.registry !== null && (await pullImage(ports.registry, version, scratch, there)) === id) {
    return 'registry';
  }
  await transfer(id, from, scratch('archive'), there);
  return 'archive';
}
