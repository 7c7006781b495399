import { Agent } from 'node:http';
import type { Route } from '../../ports.ts';

/**
 * Idle connections are closed sooner than any common server closes them (2 s and more), so that no request meets a
 * connection that its release is just closing.
 */
const idleMs = 1_000;

export interface Connections {
  /** Kept connections for what may be sent twice; a fresh one for what may not. */
  agentFor(route: Route, method: string | undefined): Agent | false;
  closeIdle(releaseId: string): void;
}

/** The proxy's connections to releases, one pool per address. */
export function createConnections(): Connections {
  const pools = new Map<string, { readonly releaseId: string; readonly agent: Agent }>();
  return {
    agentFor({ releaseId, address }, method) {
      if (method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS') return false;
      const pool = pools.get(address);
      if (pool?.releaseId === releaseId) return pool.agent;
      const agent = new Agent({ keepAlive: true, maxFreeSockets: 256, timeout: idleMs });
      pools.set(address, { releaseId, agent });
      return agent;
    },
    closeIdle(releaseId) {
      for (const [address, pool] of pools) {
        if (pool.releaseId !== releaseId) continue;
        pools.delete(address);
        for (const sockets of Object.values(pool.agent.freeSockets)) {
          for (const socket of sockets ?? []) socket.destroy();
        }
      }
    },
  };
}
