import { imageArtifact, imageId } from '../domain/image/digest.ts';
import { buildArgv, testArgv } from '../domain/image/argv.ts';
import { imageLabels } from '../domain/image/labels.ts';
import { sha256 } from '../domain/artifact/sha256.ts';
import { EnvironmentError, GateFailed } from '../errors.ts';
import type { Argv, Containers, Exec, Files, ImageArchives, OpenContainers, Repository } from '../ports.ts';
import type { StoreContext } from './artifact-store.ts';
import { buildFailure } from './docker/build-failure.ts';
import { builderEnvironment } from './docker/builder.ts';
import { normalImages } from './docker/normal-image.ts';
import { pushImage, type Registry } from './docker/registry.ts';
import { findReleased } from './docker/released.ts';
import type { BuildRequest, BuildResult, BuiltImage, CommandsRequest, Engine } from './engine.ts';
import { outputFolder } from './output-folder.ts';
import { runCommands } from './run-commands.ts';

/** The docker command line: it has the builder, the logins and the ways to engines elsewhere. */
export interface DockerTool {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface DockerPorts {
  readonly repository: Pick<Repository, 'exportTree'>;
  readonly files: Files;
  readonly exec: Exec;
  /** The engine of the target. */
  readonly containers: Containers;
  readonly archives: ImageArchives;
  readonly open: OpenContainers;
  /** Addresses of engines that may have what this one lacks; null is the default one. */
  readonly elsewhere: readonly (string | null)[];
  readonly registry: Registry | null;
  readonly docker: DockerTool;
  readonly random: (bytes: number) => string;
}

/** Every image of ours carries it. */
const builtLabel = 'fairway.built';
const removeTimeoutMs = 30_000;

/** Builds images from the Dockerfile of a commit, and tests them in containers; images stay in the engine. */
export function dockerEngine(context: StoreContext, ports: DockerPorts): Engine {
  const { files, exec, containers, docker } = ports;
  const mark = sha256(new TextEncoder().encode(context.stateDirectory)).slice(0, 8);
  const repository = `fairway/built-${mark}`;
  const normals = normalImages(`${context.stateDirectory}/images`, ports);

  const find = async (artifact: string): Promise<BuiltImage | null> => {
    const id = imageId(artifact);
    const image = id === null ? null : await containers.image(id);
    return image === null ? null : await built(image.id, image.sizeBytes);
  };

  const built = async (id: string, sizeBytes: number): Promise<BuiltImage> => ({
    artifact: imageArtifact(id),
    location: id,
    sizeBytes,
    normal: await normals.noteFor(id),
  });

  async function build(request: BuildRequest, folder: string): Promise<BuildResult> {
    const tree = `${folder}/tree`;
    await ports.repository.exportTree(request.commit, tree);
    const failed = await runCommands(request, tree, environment(request), exec);
    if (failed !== null) return { kind: 'failed', command: failed };
    const source = await outputFolder(tree, request.output, files);
    await requireDockerfile(source, request.dockerfile, files);
    const argv: Argv = [docker.program, ...buildArgv({ ...request, idFile: `${folder}/id`, source })];
    const env = { ...docker.env, ...(await builderEnvironment(docker, exec)) };
    const broken = await runCommands({ ...request, run: [argv] }, source, env, exec);
    if (broken !== null) return buildFailure({ ...broken, index: request.run.length }, request);
    const raw = (await files.readText(`${folder}/id`)).trim();
    if ((await containers.image(raw)) === null) {
      throw new EnvironmentError('IMAGE_MISSING', `${docker.program} built ${raw}, but the engine does not have it`, {
        hint: 'Let the builder load what it builds into the engine that DOCKER_HOST names.',
      });
    }
    const labels = { ...imageLabels(request), [builtLabel]: 'true' };
    const rules = { epochSeconds: request.sourceDateEpoch ?? 0, labels };
    const { configDigest } = await normals.normalise(raw, rules, folder);
    // The old builder has no cache but its images.
    if (env.DOCKER_BUILDKIT !== '0') await normals.forget(raw);
    const image = await containers.image(configDigest);
    if (image === null) {
      throw new EnvironmentError(
        'IMAGE_MISSING',
        `the engine took ${configDigest}, but does not have it by that digest`,
        {
          hint: 'Engines with the containerd image store name images otherwise: use the classic store.',
        },
      );
    }
    // Without a name it would be gone with the next clean-up of the engine.
    await containers.tag(image.id, repository, image.id.slice('sha256:'.length, 'sha256:'.length + 16));
    return { kind: 'built', artifact: await built(image.id, image.sizeBytes) };
  }

  return {
    name: 'docker',
    async build(request) {
      await containers.engine();
      const folder = context.scratch('build');
      await files.makeDirectory(folder, 0o700);
      try {
        return await build(request, folder);
      } finally {
        await files.remove(folder);
      }
    },
    async test(request) {
      const name = `fairway-test-${ports.random(6)}`;
      const inContainer: Exec = {
        run: async (command) => {
          const argv: Argv = [
            docker.program,
            ...testArgv({ name, image: request.artifact.location, argv: command.argv, env: environment(request) }),
          ];
          let refusal: string | null = null;
          const result = await exec.run({
            ...command,
            argv,
            env: docker.env,
            onLine(stream, line) {
              if (stream === 'stderr' && line.startsWith('docker: ')) refusal = line;
              command.onLine?.(stream, line);
            },
          });
          if (refusal !== null) refuseToStart(result.exitCode, command.argv[0], refusal);
          return result;
        },
      };
      try {
        const failed = await runCommands(request, context.stateDirectory, {}, inContainer);
        return failed === null ? { kind: 'passed' } : { kind: 'failed', command: failed };
      } finally {
        // Only what was cut short still has it.
        const argv: Argv = [docker.program, 'rm', '--force', '--volumes', name];
        await exec.run({ argv, env: docker.env, timeoutMs: removeTimeoutMs }).catch(() => undefined);
      }
    },
    find,
    findRelease: async (question) => await findReleased(question, context.scratch, ports),
    async publish(artifact, version) {
      const id = imageId(artifact);
      return id === null || ports.registry === null
        ? null
        : await pushImage(ports.registry, id, version, context.scratch, ports);
    },
    async verify(artifact) {
      if ((await find(artifact.artifact)) !== null) return;
      throw new EnvironmentError('ARTIFACT_CHANGED', `the engine does not have ${artifact.artifact} any more`, {
        hint: 'Build it again.',
      });
    },
    async prune(keep) {
      const kept = new Set(keep.map(imageId));
      const removed: string[] = [];
      for (const { id, tags } of await containers.images({ [builtLabel]: null })) {
        const own = tags.filter((tag) => tag.startsWith(`${repository}:`));
        if (own.length === 0 || kept.has(id)) continue;
        for (const tag of own) await containers.untag(tag);
        await normals.forgetNote(id);
        removed.push(imageArtifact(id));
      }
      return removed;
    },
  };
}

function environment({ env, version, commit }: CommandsRequest): Record<string, string> {
  return { ...env, FAIRWAY_VERSION: version, FAIRWAY_COMMIT: commit };
}

/** `docker run` says by its exit code that it is not the command that failed. */
function refuseToStart(exitCode: number | null, program: string, words: string): void {
  if (exitCode === 126 || exitCode === 127) {
    throw new EnvironmentError(
      'TOOL_MISSING',
      `"${program}" could not be started in a container of the image: ${words}`,
      {
        hint: 'Tests run in the image that is deployed: what they need must be in it.',
      },
    );
  }
  if (exitCode === 125)
    throw new EnvironmentError('DOCKER_REFUSED', `no container of the image could be run: ${words}`);
}

async function requireDockerfile(source: string, dockerfile: string, files: Files): Promise<void> {
  if ((await files.stat(`${source}/${dockerfile}`))?.kind === 'file') return;
  throw new GateFailed('DOCKERFILE_MISSING', `the commit has no file ${dockerfile} to build an image from`, {
    hint: 'Add and commit it, or name another one under build.dockerfile; a target of type process needs none.',
  });
}
