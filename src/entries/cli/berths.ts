import { locateProgram } from '../../adapters/haproxy/locate.ts';
import type { Berth } from '../../adapters/agent/container-client.ts';
import { hostFlags } from '../../adapters/agent/relay.ts';
import { engineAddress } from '../../adapters/docker/address.ts';
import { dockerCommand } from '../../adapters/docker/connections.ts';
import { machineImageName, makeMachineImage } from '../../adapters/docker/machine-image.ts';
import type { Config } from '../../config/schema.ts';
import { EnvironmentError } from '../../errors.ts';
import { defaultProxy } from '../../proxies/index.ts';
import type { Project } from './project.ts';

/** One host of an environment, with the agent that lives there in a container. */
export interface Host {
  readonly name: string;
  /** As DOCKER_HOST writes it; null for the default engine of this machine. */
  readonly at: string | null;
  /** Where users reach it there; null: as everywhere. */
  readonly port: number | null;
  readonly berth: Berth;
}

const defaultSocket = '/var/run/docker.sock';
const architectures: Readonly<Record<string, string>> = { x64: 'amd64' };

/** The hosts whose agents live in containers; null where the agent is a process beside this command. */
export function hostsOf({ config, context, world }: Project): readonly Host[] | null {
  const { target } = config;
  if (target?.type !== 'docker' || target.agent === 'process') return null;
  const listed = Object.entries(target.hosts ?? { host: target.host ?? null });
  const docker = dockerCommand(context.env);
  return listed.map(([name, given]) => {
    const { host, port, socket } =
      given === null || typeof given === 'string' ? { host: given, port: undefined, socket: undefined } : given;
    const address = engineAddress(host);
    const berth: Berth = {
      address,
      engineSocket: socket ?? target.socket ?? (address.kind === 'socket' ? address.path : defaultSocket),
      reads: target.certificates === undefined ? [] : [target.certificates],
      base: target.agentImage ?? null,
      containers: world.containers(host),
      exec: world.exec,
      docker,
      where: hostFlags(address),
      scratch: world.orphans.scratch,
      machine: `${process.platform}/${architectures[process.arch] ?? process.arch}`,
    };
    return { name, at: host, port: port ?? null, berth };
  });
}

/**
 * The proxy of an environment whose agents live in containers: with the image that the configuration names, else one
 * made of the HAProxy that is installed here.
 *
 * Throws EnvironmentError `PROXY_IMAGE_MISSING`.
 */
export async function containedProxy(
  { config, context }: Project,
  hosts: readonly Host[],
): Promise<NonNullable<Config['proxy']>> {
  const proxy = config.proxy ?? defaultProxy('docker');
  if (proxy.type !== 'haproxy' || proxy.image !== undefined) return proxy;
  const file = await locateProgram(proxy.program, context.env['PATH'] ?? '');
  const engines = await Promise.all(hosts.map(async ({ berth }) => await berth.containers.engine()));
  const alike = hosts.every(({ berth }, i) => berth.machine === `linux/${engines[i]?.architecture ?? ''}`);
  if (file === null || !alike) {
    const why = file === null ? `${proxy.program} is not installed here` : 'the host is another kind of machine';
    throw new EnvironmentError('PROXY_IMAGE_MISSING', `no image of HAProxy can be made: ${why}`, {
      hint: 'Name one by its digest: proxy.image: haproxy@sha256:..., 2.6 or newer.',
    });
  }
  const programs = [{ file, path: '/usr/local/sbin/haproxy' }];
  const name = await machineImageName('haproxy', programs);
  for (const { berth } of hosts) {
    if ((await berth.containers.image(name)) === null)
      await makeMachineImage(name, programs, berth.where, berth.docker);
  }
  return { ...proxy, image: name };
}
