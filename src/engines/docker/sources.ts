import { type AppKind, generatedDockerfile } from '../../domain/image/generated.ts';
import { contextWarning } from '../../domain/image/context.ts';
import { ignoredBy } from '../../domain/image/ignore.ts';
import { ConfigError, EnvironmentError, GateFailed } from '../../errors.ts';
import type { Files, ImageArchives } from '../../ports.ts';
import type { BuildRequest, UsedDockerfile } from '../engine.ts';

/**
 * The Dockerfile of a commit, or, where it has none and says what it is, one of ours in its place.
 *
 * Throws GateFailed `DOCKERFILE_MISSING`.
 */
export async function dockerfileOf(
  source: string,
  { dockerfile, image, run }: BuildRequest,
  files: Files,
): Promise<UsedDockerfile> {
  const location = `${source}/${dockerfile}`;
  if ((await files.stat(location))?.kind === 'file') {
    return { path: dockerfile, text: await files.readText(location), isGenerated: false };
  }
  const kind: AppKind | null = image?.kind ?? null;
  if (kind === null) {
    throw new GateFailed('DOCKERFILE_MISSING', `the commit has no file ${dockerfile} to build an image from`, {
      hint: 'Add and commit it, name another one under build.dockerfile, or say build.kind: node, python or plain; a target of type process needs none.',
    });
  }
  const text = generatedDockerfile(kind, { names: await files.list(source), isPrepared: run.length > 0 });
  await files.writeAtomic(location, text, 0o644);
  return { path: dockerfile, text, isGenerated: true };
}

/** Look at what would be sent to the builder; answers a warning when it is a lot. */
export async function contextRemark(
  source: string,
  dockerfile: string,
  { files, archives }: { readonly files: Files; readonly archives: ImageArchives },
): Promise<string | null> {
  const places = [`${source}/${dockerfile}.dockerignore`, `${source}/.dockerignore`];
  const found = await Promise.all(places.map(async (place) => await files.exists(place)));
  const place = places.find((_path, at) => found[at] === true);
  const ignored = ignoredBy(place === undefined ? '' : await files.readText(place));
  return contextWarning(await archives.countFiles(source, ignored));
}

/**
 * Secrets as files for the builder, which mounts them and keeps none of them.
 *
 * Throws ConfigError `BUILD_SECRET_EMPTY`, EnvironmentError `BUILDKIT_MISSING`.
 */
export async function secretFiles(
  { image }: BuildRequest,
  hasBuildKit: boolean,
  folder: string,
  files: Files,
): Promise<Readonly<Record<string, string>>> {
  const secrets = Object.entries(image?.secrets ?? {});
  refuseEmpty(image?.secrets ?? {});
  const placed: Record<string, string> = {};
  for (const [at, [name, value]] of secrets.entries()) {
    placed[name] = `${folder}/secret-${at}`;
    await files.writeAtomic(placed[name], value, 0o600);
  }
  const needs = image?.ssh === true ? 'build.ssh' : secrets.length > 0 ? 'build.secrets' : null;
  if (needs !== null && !hasBuildKit) {
    throw new EnvironmentError('BUILDKIT_MISSING', `${needs} needs BuildKit, and only the old builder is there`, {
      hint: 'Install the buildx plug-in of docker, or take DOCKER_BUILDKIT=0 away.',
    });
  }
  return placed;
}

/** Throws ConfigError `BUILD_SECRET_EMPTY`. */
export function refuseEmpty(secrets: Readonly<Record<string, string>>): void {
  const empty = Object.entries(secrets).find(([, value]) => value.trim() === '')?.[0];
  if (empty === undefined) return;
  throw new ConfigError('BUILD_SECRET_EMPTY', `the secret ${empty} of the build is empty`, {
    hint: `Set what build.secrets.${empty} refers to: a build with an empty secret fails late, or worse, does not.`,
    problems: [{ path: `build.secrets.${empty}`, message: 'is empty' }],
  });
}
