import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { createProxyServer } from 'httpxy';
import { EnvironmentError } from '../../errors.ts';
import type { Traffic } from '../../ports.ts';
import { createConnections } from './connections.ts';
import type { ExchangeWorld } from './exchange.ts';
import { createExchanges } from './exchange.ts';
import { createFlights } from './flights.ts';
import { createUpgrades } from './upgrade.ts';

/** Longer than clients keep idle connections, so that it is they who close them. */
const clientIdleMs = 75_000;
const lookMs = 20;

/** The data path on `httpxy`. */
export function httpTraffic(): Traffic {
  return {
    async serve(port, rules) {
      let stopping = false;
      const flights = createFlights(rules);
      const connections = createConnections();
      const proxy = createProxyServer();
      const world: ExchangeWorld = { proxy, rules, flights, connections, isStopping: () => stopping };
      const server = createServer({
        keepAliveTimeout: clientIdleMs,
        // An upload may take as long as it takes; only headers must come soon (60 s, the default).
        requestTimeout: 0,
        // Other upgrades (h2c, which Java's client offers with each first request) are answered as plain requests.
        shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
      });
      const upgrade = createUpgrades(world);
      server.on('request', createExchanges(world));
      server.on('upgrade', (request, socket, head) => upgrade(request, socket as Socket, head));
      await listen(server, port);
      return {
        cut: (releaseId) => flights.cut(releaseId),
        closeIdle: (releaseId) => connections.closeIdle(releaseId),
        async stop(graceMs) {
          stopping = true;
          const closed = new Promise<void>((resolve) => server.close(() => resolve()));
          const endsAt = performance.now() + graceMs;
          while (flights.count > 0 && performance.now() < endsAt) {
            await new Promise((resolve) => setTimeout(resolve, lookMs));
          }
          const cut = flights.cut();
          server.closeAllConnections();
          await closed;
          return { cut };
        },
      };
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE' || error.code === 'EACCES';
      const message = `cannot listen on 127.0.0.1:${port} (${error.code})`;
      reject(taken ? new EnvironmentError('PORT_TAKEN', message, { cause: error }) : error);
    });
    server.listen({ port, host: '127.0.0.1' }, resolve);
  });
}
