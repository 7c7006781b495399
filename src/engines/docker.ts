import { buildArgv } from '../domain/image/argv.ts';
import { EnvironmentError } from '../errors.ts';
import type {
  Argv,
  Clock,
  Containers,
  Exec,
  Files,
  Http,
  ImageArchives,
  OpenContainers,
  Repository,
} from '../ports.ts';
import type { StoreContext } from './artifact-store.ts';
import { buildFailure } from './docker/build-failure.ts';
import { builderEnvironment, hasBuildKit } from './docker/builder.ts';
import { imageEngine, type ImageMaker } from './docker/image-engine.ts';
import type { Registry } from './docker/registry.ts';
import { runTests } from './docker/run-tests.ts';
import { secretFiles } from './docker/sources.ts';
import type { Engine } from './engine.ts';
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
  readonly http: Http;
  readonly clock: Clock;
}

/** Builds images from the Dockerfile of a commit, and tests them in containers; images stay in the engine. */
export function dockerEngine(context: StoreContext, ports: DockerPorts): Engine {
  return imageEngine(context, ports, dockerMaker(context, ports));
}

/** Whoever has the docker command line can make images. */
function dockerMaker(context: StoreContext, ports: DockerPorts): ImageMaker {
  const { files, exec, containers, docker } = ports;
  return {
    name: 'docker',
    async make(request, { source, folder }, normals, rules) {
      const env = { ...docker.env, ...(await builderEnvironment(docker, exec)) };
      const secrets = await secretFiles(request, hasBuildKit(env), folder, files);
      const dockerfile = `${source}/${request.dockerfile}`;
      const wanted = { ...request.image, args: request.args, secrets, dockerfile, idFile: `${folder}/id`, source };
      const argv: Argv = [docker.program, ...buildArgv(wanted)];
      const broken = await runCommands({ ...request, run: [argv] }, source, env, exec);
      if (broken !== null) return buildFailure({ ...broken, index: request.run.length }, request);
      const raw = (await files.readText(`${folder}/id`)).trim();
      if ((await containers.image(raw)) === null) {
        throw new EnvironmentError('IMAGE_MISSING', `${docker.program} built ${raw}, but the engine does not have it`, {
          hint: 'Let the builder load what it builds into the engine that DOCKER_HOST names.',
        });
      }
      const { configDigest } = await normals.normalise(raw, rules, folder);
      // The old builder has no cache but its images.
      if (hasBuildKit(env)) await normals.forget(raw);
      return configDigest;
    },
    test: async (request, environment) => await runTests(request, environment, context, ports),
  };
}
