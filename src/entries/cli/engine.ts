import { dockerCommand } from '../../adapters/docker/connections.ts';
import { engines } from '../../engines/index.ts';
import type { Engine } from '../../engines/engine.ts';
import { ConfigError } from '../../errors.ts';
import type { Repository } from '../../ports.ts';
import { targets } from '../../targets/index.ts';
import { loadConfiguration } from './configuration.ts';
import { openProject, type Project } from './project.ts';

/** What each engine makes. */
const makes = { docker: 'image', host: 'directory' } as const;

/**
 * Where this project is built: as `--engine` or build.engine says, by itself the first that makes what the target runs.
 *
 * Throws ConfigError `ENGINE_UNFIT`.
 */
export function openEngine(
  project: Project,
  repository: Repository,
  elsewhere: readonly (string | null)[] = [],
): Engine {
  const { context, config, world } = project;
  const store = { stateDirectory: context.stateDirectory, scratch: world.orphans.scratch };
  const { files, exec, random, archives } = world;
  if (engineName(project) === 'host') return engines.host(store, { repository, files, exec });
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
  return engines.docker(store, {
    repository,
    files,
    exec,
    random,
    docker,
    open,
    containers: open(own),
    archives,
    elsewhere: elsewhere.filter((other) => other !== own),
    registry: registry === undefined ? null : { repository: registry.repository, login },
  });
}

function engineName({ context, config }: Project): 'docker' | 'host' {
  const wanted = (context.flags['engine'] ?? config.build.engine) as 'auto' | 'docker' | 'host';
  const { target } = config;
  const runs = targets.find(({ type }) => type === target?.type)?.artifact ?? null;
  if (wanted === 'auto') return runs === 'image' ? 'docker' : 'host';
  if (runs === null || makes[wanted] === runs) return wanted;
  const message = `the engine "${wanted}" makes a ${makes[wanted]}, and a target of type ${target?.type ?? ''} runs a ${runs}`;
  const path = context.flags['engine'] === undefined ? 'build.engine' : '--engine';
  throw new ConfigError('ENGINE_UNFIT', message, {
    hint: 'Leave the choice to Fairway with "auto".',
    problems: [{ path, message, value: wanted, choices: ['auto', runs === 'image' ? 'docker' : 'host'] }],
  });
}

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
