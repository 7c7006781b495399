import { imageId } from '../../domain/image/digest.ts';
import { placeNames } from '../../domain/image/names.ts';
import type { ReleaseSpec } from '../../domain/rollout/plan.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Containers } from '../../ports.ts';
import type { TargetContext } from '../target.ts';

const pullTimeoutMs = 540_000;

/**
 * Have the image of a release on the engine, under a name that keeps it there.
 *
 * Throws EnvironmentError `IMAGE_NOT_BY_DIGEST`, `ARTIFACT_MISSING` or `ARTIFACT_CHANGED`.
 */
export async function prepareImage(release: ReleaseSpec, context: TargetContext, engine: Containers): Promise<void> {
  const id = wantedImage(release);
  const names = placeNames(context);
  if ((await engine.image(names.image(release.id)))?.id === id) return;
  const image = (await engine.image(release.location)) ?? (await pulled(release.location, engine));
  if (image === null) {
    throw new EnvironmentError(
      'ARTIFACT_MISSING',
      `${release.location}, the image of ${release.id}, is not on the engine`,
      {
        hint: 'Build it again, or deploy it from a registry.',
      },
    );
  }
  if (image.id !== id) {
    throw new EnvironmentError(
      'ARTIFACT_CHANGED',
      `${release.location} is ${image.id}, not ${release.artifact} any more`,
      {
        hint: 'Build again, and find out what gave the name to another image.',
      },
    );
  }
  await engine.tag(id, names.repository, release.id);
}

async function pulled(location: string, engine: Containers) {
  if (!location.includes('@sha256:')) return null;
  await engine.pull(location, pullTimeoutMs);
  return await engine.image(location);
}

/** Throws EnvironmentError `IMAGE_NOT_BY_DIGEST`. */
export function wantedImage({ artifact, version }: ReleaseSpec): string {
  const id = imageId(artifact);
  if (id !== null) return id;
  throw new EnvironmentError(
    'IMAGE_NOT_BY_DIGEST',
    `${version} is ${artifact}, and a container needs an image by its digest`,
    {
      hint: 'Build it with the docker engine: --engine docker, or build.engine: docker.',
    },
  );
}
