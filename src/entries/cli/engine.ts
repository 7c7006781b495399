import { dockerCommand } from '../../adapters/docker/connections.ts';
import { engines } from '../../engines/index.ts';
import type { Engine } from '../../engines/engine.ts';
import { ConfigError } from '../../errors.ts';
import type { Repository } from '../../ports.ts';
import { targets } from '../../targets/index.ts';
import type { Project } from './project.ts';

/** What each engine makes. */
const makes = { docker: 'image', host: 'directory' } as const;

/**
 * Where this project is built: as `--engine` or build.engine says, by itself the first that makes what the target runs.
 *
 * Throws ConfigError `ENGINE_UNFIT`.
 */
export function openEngine(project: Project, repository: Repository): Engine {
  const { context, config, world } = project;
  const store = { stateDirectory: context.stateDirectory, scratch: world.orphans.scratch };
  const { files, exec, random } = world;
  if (engineName(project) === 'host') return engines.host(store, { repository, files, exec });
  const host = config.target?.type === 'docker' ? config.target.host : undefined;
  const command = dockerCommand(context.env);
  const docker = { ...command, env: { ...command.env, ...(host === undefined ? {} : { DOCKER_HOST: host }) } };
  const containers = world.containers(host ?? (context.env['DOCKER_HOST'] || null));
  return engines.docker(store, { repository, files, exec, random, containers, docker });
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
