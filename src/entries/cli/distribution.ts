import { existsSync } from 'node:fs';
import { dockerCommand } from '../../adapters/docker/connections.ts';
import { bringImage } from '../../engines/docker/bring.ts';
import type { Registry } from '../../engines/docker/registry.ts';
import type { Engine } from '../../engines/engine.ts';
import { ConfigError } from '../../errors.ts';
import type { DeliveryPorts } from '../../stages/deliver.ts';
import { targets } from '../../targets/index.ts';
import type { Target } from '../../targets/target.ts';
import type { Host } from './berths.ts';
import type { Project } from './project.ts';

const ownSocket = '/var/run/docker.sock';

/** Whether a host is another machine, as far as its address tells. */
export function isElsewhere({ at }: Host): boolean {
  return at !== null && !/^(unix:|npipe:|tcp:\/\/(localhost|127\.\d+\.\d+\.\d+)[:/])/.test(at);
}

/**
 * The project as it is built: on the engine of DOCKER_HOST, else on that of this machine; where there is neither, on
 * the first host itself.
 */
export function buildingAt(project: Project, hosts: readonly Host[]): Project {
  const { config, context } = project;
  const { target } = config;
  const [first] = hosts;
  if (target?.type !== 'docker' || first === undefined) return project;
  if (hosts.length === 1 && !isElsewhere(first)) return project;
  const given = context.env['DOCKER_HOST'];
  const host = given || (existsSync(ownSocket) ? undefined : (first.at ?? undefined));
  const { host: _host, hosts: _hosts, ...rest } = target;
  return { ...project, config: { ...config, target: host === undefined ? rest : { ...rest, host } } };
}

/** The target where rehearsals run, with a preflight that asks every host. */
export function judgedOn(hosts: readonly Host[], { config, world }: Project): Target {
  const { target } = config;
  const plugin = targets.find(({ type }) => type === target?.type);
  if (target?.type !== 'docker' || plugin === undefined) {
    throw new ConfigError('TARGET_MISSING', 'only a target of type docker has hosts');
  }
  const { host: _host, hosts: _hosts, ...rest } = target;
  const there = hosts.map(({ name, at }) => {
    return { name, target: plugin.create(at === null ? rest : { ...rest, host: at }, world) };
  });
  return {
    ...plugin.create(target, world),
    async preflight(...asked) {
      const found = await Promise.all(
        there.map(async (host) => {
          const refusals = (await host.target.preflight?.(...asked)) ?? [];
          const where = there.length === 1 ? '' : `${host.name}: `;
          return refusals.map((refusal) => ({ ...refusal, reason: `${where}${refusal.reason}` }));
        }),
      );
      return found.flat();
    },
  };
}

/** How images come to hosts that do not have the engine where they are built; nothing where all are one. */
export function distribution(
  project: Project,
  hosts: readonly Host[] | null,
  engine: Engine,
): Pick<DeliveryPorts, 'distribute'> {
  const { config, context, world } = project;
  const from =
    (config.target?.type === 'docker' ? config.target.host : undefined) ?? (context.env['DOCKER_HOST'] || null);
  const away = (hosts ?? []).filter(({ at }) => at !== from);
  if (away.length === 0) return {};
  const { files, exec, containers: open } = world;
  const ports = { files, exec, open, docker: dockerCommand(context.env), registry: registryOf(project) };
  return {
    async distribute({ artifact }, version) {
      const isPushed = ports.registry !== null && (await engine.publish(artifact, version)) !== null;
      const said: string[] = [];
      for (const { name, at } of away) {
        const bringing = { artifact, version, isPushed, from, to: at ?? `unix://${ownSocket}` };
        said.push(`${name}: ${words[await bringImage(bringing, world.orphans.scratch, ports)]}`);
      }
      return said.join(', ');
    },
  };
}

const words = { there: 'it is there', registry: 'from the registry', archive: 'as an archive' } as const;

function registryOf({ config, world }: Project): Registry | null {
  const { registry } = config.build;
  if (registry === undefined) return null;
  const { repository, user, password } = registry;
  if (user === undefined || password === undefined) return { repository, login: null };
  return { repository, login: { user, password: async () => await world.secrets.resolve(password) } };
}
