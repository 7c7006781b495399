import { z } from 'zod';
import type { Manifest } from '../../domain/artifact/manifest.ts';
import { differences, directoryDigest } from '../../domain/artifact/manifest.ts';
import { scanTree } from '../../domain/artifact/scan.ts';
import type { ReleaseSpec } from '../../domain/rollout/plan.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Files } from '../../ports.ts';
import type { TargetContext } from '../target.ts';
import { releaseFiles } from './paths.ts';

const preparedSchema = z.object({ artifact: z.string() });

/**
 * Copy the artifact to the release's own folder and compare the copy with its digest.
 *
 * What was prepared before stays: its processes may have written there since.
 * Throws EnvironmentError `ARTIFACT_MISSING` or `ARTIFACT_CHANGED`.
 */
export async function prepareRelease(release: ReleaseSpec, context: TargetContext, files: Files): Promise<void> {
  const at = releaseFiles(context, release.id);
  if ((await preparedArtifact(at.prepared, files)) === release.artifact) return;
  if ((await files.stat(release.location))?.kind !== 'directory') {
    throw new EnvironmentError('ARTIFACT_MISSING', `${release.location}, the artifact of ${release.id}, is not there`, {
      hint: 'build it again',
    });
  }
  await files.remove(at.prepared);
  await files.remove(at.partial);
  await files.remove(at.tree);
  await files.makeDirectory(at.folder, 0o700);
  await files.copyTree(release.location, at.partial);
  try {
    await verify(release, at.partial, files);
  } catch (error) {
    await files.remove(at.partial);
    throw error;
  }
  await files.rename(at.partial, at.tree);
  await files.writeAtomic(at.prepared, `${JSON.stringify({ artifact: release.artifact })}\n`, 0o600);
}

async function preparedArtifact(path: string, files: Files): Promise<string | null> {
  if (!(await files.exists(path))) return null;
  return preparedSchema.parse(JSON.parse(await files.readText(path))).artifact;
}

async function verify(release: ReleaseSpec, tree: string, files: Files): Promise<void> {
  const { manifest, refused } = await scanTree(tree, files);
  if (refused.length === 0 && directoryDigest(manifest) === release.artifact) return;
  const changes = await whatChanged(release, manifest, files);
  const named = changes.length === 0 ? '' : `: ${changes.slice(0, 3).join(', ')}`;
  const more = changes.length > 3 ? `, and ${changes.length - 3} more` : '';
  throw new EnvironmentError(
    'ARTIFACT_CHANGED',
    `what lies in ${release.location} is not ${release.artifact} any more${named}${more}`,
    { hint: 'build again, and find out what wrote there', facts: { changes: changes.slice(0, 20) } },
  );
}

/** The store keeps the manifest beside the tree; without one the changes cannot be named. */
async function whatChanged({ location }: ReleaseSpec, found: Manifest, files: Files): Promise<readonly string[]> {
  const path = `${location.slice(0, location.lastIndexOf('/'))}/manifest.json`;
  if (!(await files.exists(path))) return [];
  return differences(JSON.parse(await files.readText(path)) as Manifest, found);
}
