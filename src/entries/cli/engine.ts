import { dockerCommand } from '../../adapters/docker/connections.ts';
import { engines } from '../../engines/index.ts';
import type { Engine } from '../../engines/engine.ts';
import { ConfigError, EnvironmentError } from '../../errors.ts';
import type { Repository } from '../../ports.ts';
import { targets } from '../../targets/index.ts';
import { loadConfiguration } from './configuration.ts';
import { openProject, type Project } from './project.ts';

/** What each engine makes, in the order in which they are tried. */
const makes = { dagger: 'image', docker: 'image', host: 'directory' } as const;

type EngineName = keyof typeof makes;

/** For an engine that may not be there, or would have to be started first. */
const probeMs = 20_000;

/**
 * Where this project is built: as `--engine` or build.engine says, by itself the first that answers and makes what the
 * target runs.
 *
 * Throws ConfigError `ENGINE_UNFIT`.
 */
export async function openEngine(
  project: Project,
  repository: Repository,
  elsewhere: readonly (string | null)[] = [],
): Promise<Engine> {
  const { context, config, world } = project;
  const store = { stateDirectory: context.stateDirectory, scratch: world.orphans.scratch };
  const { files, exec, random, archives, pipelines, http, clock } = world;
  const wanted = wantedEngine(project);
  if (wanted === 'host') return engines.host(store, { repository, files, exec });
  const host = config.target?.type === 'docker' ? config.target.host : undefined;
  const command = dockerCommand(context.env);
  const docker = { ...command, env: { ...command.env, ...(host === undefined ? {} : { DOCKER_HOST: host }) } };
  const open = world.containers;
  const own = host ?? (context.env['DOCKER_HOST'] || null);
  const { registry } = config.build;
  const { user, password } = registry ?? {};
  const login =
    user === undefined || password === undefined
      ? null
      : { user, password: async () => await world.secrets.resolve(password) };
  const ports = {
    repository,
    files,
    exec,
    random,
    http,
    clock,
    docker,
    open,
    containers: open(own),
    archives,
    elsewhere: elsewhere.filter((other) => other !== own),
    registry: registry === undefined ? null : { repository: registry.repository, login },
  };
  const name = wanted === 'auto' ? await firstImageEngine(project) : wanted;
  return name === 'dagger' ? engines.dagger(store, { ...ports, pipelines }) : engines.docker(store, ports);
}

/** Says what was taken, and why, where something here names a Dagger engine. */
async function firstImageEngine({ context, world }: Project): Promise<'dagger' | 'docker'> {
  const { pipelines, reporter } = world;
  const say = (text: string): void => reporter.report({ type: 'note', stage: 'build', text });
  if (pipelines.absence !== null) {
    say(`engine: docker (${pipelines.absence})`);
    return 'docker';
  }
  try {
    const timing = { connectTimeoutMs: probeMs, timeoutMs: probeMs, signal: context.signal };
    const end = await pipelines.run({ pipeline: 'probe' }, timing);
    if (end.kind === 'done') {
      say(`engine: dagger ${end.engineVersion}`);
      return 'dagger';
    }
    say('engine: docker (Dagger did not answer the first question)');
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    say(`engine: docker (${error.message})`);
  }
  return 'docker';
}

/** `auto` where several engines make what the target runs. */
function wantedEngine({ context, config }: Project): 'auto' | EngineName {
  const wanted = (context.flags['engine'] ?? config.build.engine) as 'auto' | EngineName;
  const { target } = config;
  const runs = targets.find(({ type }) => type === target?.type)?.artifact ?? null;
  if (wanted === 'auto') return runs === 'image' ? 'auto' : 'host';
  if (runs === null || makes[wanted] === runs) return wanted;
  const message = `the engine "${wanted}" makes ${articles[makes[wanted]]}, and a target of type ${target?.type ?? ''} runs ${articles[runs]}`;
  const path = context.flags['engine'] === undefined ? 'build.engine' : '--engine';
  const fit = (Object.keys(makes) as EngineName[]).filter((name) => makes[name] === runs);
  throw new ConfigError('ENGINE_UNFIT', message, {
    hint: 'Leave the choice to Fairway with "auto".',
    problems: [{ path, message, value: wanted, choices: ['auto', ...fit] }],
  });
}

const articles = { image: 'an image', directory: 'a directory' } as const;

/** Where the other environments of the file run their containers, and the default engine: who may have an image. */
export async function otherEngines({ context }: Project): Promise<readonly (string | null)[]> {
  const { environments } = await loadConfiguration(context);
  const hosts = new Set<string | null>([context.env['DOCKER_HOST'] || null]);
  for (const environment of environments) {
    // One that is wrong is no concern of this one.
    const other = await openProject({ ...context, environment }).catch(() => null);
    if (other?.config.target?.type === 'docker') hosts.add(other.config.target.host ?? null);
  }
  return [...hosts];
}
