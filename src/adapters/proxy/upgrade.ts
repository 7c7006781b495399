import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Flight } from './flights.ts';
import type { ExchangeWorld } from './exchange.ts';
import { placeOf } from './exchange.ts';
import { forwardRequestHeaders } from './headers.ts';
import { sayOnSocket } from './pages.ts';

interface Tunnel {
  readonly flight: Flight;
  /** The release's side, once it agreed. */
  far: Duplex | null;
  status: number | null;
  hasFailed: boolean;
}

/** Pass WebSockets on to releases; one is in flight until either side closes it. */
export function createUpgrades({ proxy, rules, flights }: ExchangeWorld) {
  const tunnels = new WeakMap<IncomingMessage, Tunnel>();

  proxy.on('proxyReqWs', (outgoing: ClientRequest, request: IncomingMessage, near: Socket) => {
    const tunnel = tunnels.get(request);
    if (tunnel === undefined) return;
    outgoing.once('error', () => {
      if (near.destroyed) return;
      tunnel.hasFailed = true;
      sayOnSocket(near, 502);
    });
    outgoing.once('response', ({ statusCode }) => (tunnel.status = statusCode ?? 502));
    outgoing.once('upgrade', (_response, far) => {
      tunnel.far = far;
      far.once('error', () => (tunnel.hasFailed ||= !near.destroyed));
      far.once('close', () => near.destroySoon());
      near.once('close', () => far.destroy());
    });
  });

  return (request: IncomingMessage, near: Socket, head: Buffer): void => {
    const route = rules.page === null ? rules.route() : null;
    if (route === null) {
      sayOnSocket(near, 503);
      return;
    }
    forwardRequestHeaders(request, { isUpgrade: true });
    const flight = flights.begin(route, () => {
      near.destroy();
      tunnel.far?.destroy();
    });
    const tunnel: Tunnel = { flight, far: null, status: null, hasFailed: false };
    tunnels.set(request, tunnel);
    near.once('close', () => flight.end(howItEnded(tunnel), null));
    const target = { protocol: 'http:', ...placeOf(route) };
    const options = { target, agent: false, upgradeTimeout: rules.responseTimeoutMs };
    // How it went is seen on the sockets themselves.
    proxy.ws(request, near, options, head).catch(() => {});
  };
}

function howItEnded({ far, status, hasFailed }: Tunnel): 'answered' | 'failed' | 'left' {
  if (hasFailed || (status !== null && status >= 500)) return 'failed';
  return far === null && status === null ? 'left' : 'answered';
}
