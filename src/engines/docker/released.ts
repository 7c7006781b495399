import { imageArtifact, imageId } from '../../domain/image/digest.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Containers } from '../../ports.ts';
import type { DockerPorts } from '../docker.ts';
import type { BuiltImage, ReleaseQuestion } from '../engine.ts';
import { pullImage } from './registry.ts';

const saveTimeoutMs = 600_000;

/** The labels that a build gave to the image of a release. */
const labelsOf = ({ version, commit }: ReleaseQuestion): Readonly<Record<string, string>> => ({
  'org.opencontainers.image.version': version,
  'org.opencontainers.image.revision': commit,
});

/**
 * The image of a release on the target's engine: it has it already, a registry has it, or another engine, from which
 * it comes as an archive. Null when nobody has it.
 *
 * Throws EnvironmentError `RELEASE_AMBIGUOUS` when an engine has two and nobody says which one was proven,
 * `IMAGE_CHANGED` when the registry's is another one.
 */
export async function findReleased(
  question: ReleaseQuestion,
  scratch: (purpose: string) => string,
  ports: DockerPorts,
): Promise<BuiltImage | null> {
  const { containers } = ports;
  const known = question.artifact === null ? null : imageId(question.artifact);
  const here = known ?? (await labelled(question, containers));
  if (here !== null && (await containers.image(here)) !== null) return await asBuilt(here, containers);
  if (ports.registry !== null) {
    const id = await pullImage(ports.registry, question.version, scratch, ports);
    if (id !== null) return await asBuilt(await sameRelease(id, known, question, containers), containers);
  }
  for (const host of ports.elsewhere) {
    const other = ports.open(host);
    const id = known ?? (await labelled(question, other).catch(() => null));
    if (id === null || (await other.image(id).catch(() => null)) === null) continue;
    await transfer(id, host, scratch('archive'), ports);
    return await asBuilt(id, containers);
  }
  return null;
}

async function labelled(question: ReleaseQuestion, containers: Containers): Promise<string | null> {
  const found = await containers.images(labelsOf(question));
  const [first, second] = found;
  if (second === undefined) return first?.id ?? null;
  throw new EnvironmentError(
    'RELEASE_AMBIGUOUS',
    `${found.length} images say that they are ${question.version} (${question.commit.slice(0, 7)}): ${found.map(({ id }) => id.slice(7, 19)).join(', ')}`,
    { hint: 'Remove those that never served, or use a registry.' },
  );
}

/** A tag in a registry can be moved; a release cannot. */
async function sameRelease(
  id: string,
  known: string | null,
  question: ReleaseQuestion,
  containers: Containers,
): Promise<string> {
  const labels = (await containers.image(id))?.labels ?? {};
  const isSame = Object.entries(labelsOf(question)).every(([name, value]) => labels[name] === value);
  if (isSame && (known === null || known === id)) return id;
  const wanted = known ?? `made from ${question.commit.slice(0, 7)}`;
  throw new EnvironmentError('IMAGE_CHANGED', `what the registry has as ${question.version} is ${id}, not ${wanted}`, {
    hint: 'Find out who moved the tag; the release itself is known by its digest.',
  });
}

export async function transfer(
  id: string,
  from: string | null,
  folder: string,
  ports: Pick<DockerPorts, 'files' | 'exec' | 'docker'>,
): Promise<void> {
  const { files, exec, docker } = ports;
  await files.makeDirectory(folder, 0o700);
  const archive = `${folder}/image.tar`;
  const { DOCKER_HOST: _own, ...env } = docker.env;
  const source = from === null ? env : { ...env, DOCKER_HOST: from };
  try {
    for (const [args, at] of [
      [['save', '--output', archive, id], source],
      [['load', '--quiet', '--input', archive], docker.env],
    ] as const) {
      const { exitCode, stderr } = await exec.run({
        argv: [docker.program, ...args],
        env: at,
        timeoutMs: saveTimeoutMs,
      });
      if (exitCode !== 0) {
        throw new EnvironmentError('IMAGE_NOT_MOVED', `docker ${args[0]} failed: ${stderr.trim()}`, {
          hint: 'See that both engines answer and have room for the image.',
        });
      }
    }
  } finally {
    await files.remove(folder);
  }
}

async function asBuilt(id: string, containers: Containers): Promise<BuiltImage> {
  const image = await containers.image(id);
  if (image === null) {
    throw new EnvironmentError('IMAGE_MISSING', `${id} was brought to the engine, but is not there`);
  }
  return { artifact: imageArtifact(image.id), location: image.id, sizeBytes: image.sizeBytes, normal: null };
}
