import { imageId } from '../domain/image/digest.ts';
import { ignoredPatterns } from '../domain/pipelines/ignored.ts';
import type { PipelineEnd, PipelineReports, PipelineService } from '../domain/pipelines/pipeline.ts';
import { inTurns, servicePlan, servicePort, type ServiceSpec, serviceVariables } from '../domain/tests/services.ts';
import { EnvironmentError, InternalError } from '../errors.ts';
import type { Argv, PipelineOptions, Pipelines } from '../ports.ts';
import type { StoreContext } from './artifact-store.ts';
import { buildFailure } from './docker/build-failure.ts';
import { imageEngine, type ImageMaker } from './docker/image-engine.ts';
import { moved } from './docker/normal-image.ts';
import { refuseEmpty } from './docker/sources.ts';
import type { DockerPorts } from './docker.ts';
import type { CommandsRequest, Engine, FailedCommand } from './engine.ts';

export interface DaggerPorts extends DockerPorts {
  readonly pipelines: Pipelines;
}

/**
 * Builds images and tests them in Dagger's engine, with its cache; images are kept in the target's Docker engine,
 * to which they go as archives.
 */
export function daggerEngine(context: StoreContext, ports: DaggerPorts): Engine {
  return imageEngine(context, ports, daggerMaker(context, ports));
}

function daggerMaker(context: StoreContext, ports: DaggerPorts): ImageMaker {
  const { files, pipelines } = ports;
  return {
    name: 'dagger',
    async make(request, { source, folder }, normals, rules) {
      const { dockerfile, args, image } = request;
      refuseEmpty(image?.secrets ?? {});
      const argv: Argv = ['dagger', 'build', dockerfile];
      const archive = `${folder}/dagger.tar`;
      const ignored = await ignoredIn(source, dockerfile, ports);
      request.onCommand?.(argv, request.run.length);
      const end = await pipelines.run(
        {
          pipeline: 'build',
          source,
          ignored,
          dockerfile,
          args,
          target: image?.target ?? '',
          platform: image?.platform ?? '',
          secrets: image?.secrets ?? {},
          sshSocket: image?.ssh === true ? sshSocket(ports) : null,
          archive,
        },
        watching(request),
      );
      if (end.kind !== 'done') {
        const failed = failedCommand(argv, end, request);
        return buildFailure({ ...failed, index: request.run.length }, request);
      }
      return (await normals.take(archive, rules, folder)).configDigest;
    },
    async test(request, env) {
      const id = imageId(request.artifact.artifact);
      if (id === null)
        throw new InternalError('ENGINE_MIXED', `${request.artifact.artifact} is not an image of this engine`);
      const folder = context.scratch('test');
      await files.makeDirectory(folder, 0o700);
      try {
        const archive = `${folder}/image.tar`;
        await moved(['save', '--output', archive, id], ports);
        const { services, variables } = servicesFor(request.services ?? {}, ports);
        const wanted = request.reports ?? [];
        let read: PipelineReports = { root: '/', texts: {} };
        const end = await pipelines.run(
          {
            pipeline: 'test',
            archive,
            commands: request.run,
            env: { ...variables, ...env },
            services,
            reports: wanted,
          },
          {
            ...watching(request),
            onStep(index) {
              const argv = request.run[index];
              if (argv !== undefined) request.onCommand?.(argv, index);
            },
            onReports: (reports) => void (read = reports),
          },
        );
        const reports = Object.fromEntries(wanted.map((path) => [path, read.texts[path] ?? null]));
        const after = { reports, root: read.root };
        if (end.kind === 'done') return { kind: 'passed', ...after };
        refuseToStart(end);
        const argv = request.run[end.step] ?? (['dagger', 'test'] as const);
        return { kind: 'failed', command: failedCommand(argv, end, request), ...after };
      } finally {
        await files.remove(folder);
      }
    },
  };
}

/** Each has a password of this run; the application comes last, because it may need the others. */
function servicesFor(
  wanted: Readonly<Record<string, ServiceSpec>>,
  { random }: Pick<DaggerPorts, 'random'>,
): { readonly services: readonly PipelineService[]; readonly variables: Readonly<Record<string, string>> } {
  const variables: Record<string, string> = {};
  const services = inTurns(wanted).flatMap((together) =>
    together.map(([name, spec]): PipelineService => {
      const password = random(12);
      const { image, argv, env } = servicePlan(spec, '', password, variables);
      Object.assign(variables, serviceVariables(name, spec, password));
      return { name, image: image === '' ? null : image, argv, env, port: servicePort(spec) };
    }),
  );
  return { services, variables };
}

const lastLineCount = 20;

function watching({ timeoutMs, signal, onLine }: CommandsRequest): PipelineOptions {
  return {
    timeoutMs,
    ...(signal === undefined ? {} : { signal }),
    ...(onLine === undefined ? {} : { onLine }),
  };
}

/** Throws EnvironmentError `SSH_AGENT_MISSING`. */
function sshSocket({ docker }: Pick<DaggerPorts, 'docker'>): string {
  const socket = docker.env['SSH_AUTH_SOCK'] ?? '';
  if (socket !== '') return socket;
  throw new EnvironmentError('SSH_AGENT_MISSING', 'the build asks for ssh, and no ssh agent runs here', {
    hint: 'Start one and add the key (ssh-agent, ssh-add), so that SSH_AUTH_SOCK names it.',
  });
}

/** What is ignored is not sent at all: the engine would take it first and leave it out then. */
async function ignoredIn(
  source: string,
  dockerfile: string,
  { files }: Pick<DaggerPorts, 'files'>,
): Promise<readonly string[]> {
  for (const name of [`${dockerfile}.dockerignore`, '.dockerignore']) {
    const file = `${source}/${name}`;
    if ((await files.stat(file))?.kind === 'file') return ignoredPatterns(await files.readText(file), dockerfile);
  }
  return [];
}

type Stopped = Exclude<PipelineEnd, { kind: 'done' }>;

/** What a command wrote is told when it is over; of one that was cut nothing is known. */
function failedCommand(argv: Argv, end: Stopped, request: CommandsRequest): FailedCommand {
  const lines = { stdout: [] as readonly string[], stderr: [] as readonly string[] };
  if (end.kind === 'exec-failed') {
    lines.stdout = linesOf(end.failure.stdout);
    lines.stderr = linesOf(end.failure.stderr);
    for (const stream of ['stdout', 'stderr'] as const)
      for (const line of lines[stream]) request.onLine?.(stream, line);
  } else if (end.kind === 'refused') {
    lines.stderr = linesOf(end.message);
    for (const line of lines.stderr) request.onLine?.('stderr', line);
  }
  return {
    argv,
    index: end.step,
    ended: end.kind === 'timed-out' ? 'timed-out' : 'exited',
    exitCode: end.kind === 'exec-failed' ? end.failure.exitCode : end.kind === 'refused' ? 1 : null,
    signal: null,
    durationMs: end.durationMs,
    lastLines: [...lines.stdout, ...lines.stderr].slice(-lastLineCount),
  };
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** That no test ran is no verdict. Throws EnvironmentError `TOOL_MISSING`, `DAGGER_REFUSED`. */
function refuseToStart(end: Stopped): void {
  if (end.kind === 'refused') {
    throw new EnvironmentError('DAGGER_REFUSED', `the Dagger engine refused: ${end.message}`, {
      hint: 'See that the engine has room, and that it can read the image.',
    });
  }
  if (end.kind !== 'exec-failed') return;
  const { cmd, stderr } = end.failure;
  if (!/^(exec: ".*": |fork\/exec \S+: )(executable file not found|no such file|permission denied)/m.test(stderr))
    return;
  throw new EnvironmentError('TOOL_MISSING', `"${cmd[0] ?? ''}" could not be started in a container of the image`, {
    hint: 'Tests run in the image that is deployed: what they need must be in it.',
  });
}
