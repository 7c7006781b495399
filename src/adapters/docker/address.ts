import { existsSync } from 'node:fs';
import { ConfigError } from '../../errors.ts';

/** How an engine is reached: its socket on this machine, or whatever the docker command line knows a way to. */
export type EngineAddress =
  | { readonly kind: 'socket'; readonly path: string; readonly name: string }
  | { readonly kind: 'command'; readonly host: string | null; readonly name: string };

const defaultSocket = '/var/run/docker.sock';

/**
 * What an address in the form of DOCKER_HOST means; null is the default of this machine: its socket, or the context
 * that the docker command line has.
 *
 * Throws ConfigError `DOCKER_HOST_INVALID`.
 */
export function engineAddress(host: string | null): EngineAddress {
  if (host === null) {
    return existsSync(defaultSocket)
      ? { kind: 'socket', path: defaultSocket, name: `unix://${defaultSocket}` }
      : { kind: 'command', host: null, name: 'the default context of docker' };
  }
  const [, path] = /^unix:\/\/(\/.+)$/.exec(host) ?? [];
  if (path !== undefined) return { kind: 'socket', path, name: host };
  if (/^(ssh|tcp|npipe):\/\/[^\s-]/.test(host)) return { kind: 'command', host, name: withoutPassword(host) };
  throw new ConfigError('DOCKER_HOST_INVALID', `"${withoutPassword(host)}" is not the address of a Docker engine`, {
    hint: 'Give DOCKER_HOST or target.host as unix:///var/run/docker.sock, ssh://user@host or tcp://host:2376.',
  });
}

function withoutPassword(host: string): string {
  return host.replace(/\/\/([^:@/]*):[^@/]*@/, '//$1@');
}
