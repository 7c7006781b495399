import { createServer } from 'node:http';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { startLoad } from '../../load/load.ts';
import { choose, seededRandom } from '../../load/mix.ts';

const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

test('a slow server does not make the load slower: requests pile up in flight', async () => {
  const waiting: ServerResponse[] = [];
  let released = false;
  const url = await serve((_request, response) => void (released ? response.end() : waiting.push(response)));
  const load = startLoad({ url, requestsPerSecond: 200 });
  while (waiting.length < 30) await sleep(10);
  const during = load.snapshot();
  const stopped = load.stop();
  released = true;
  for (const response of waiting) response.end('late');
  const report = await stopped;

  expect(during.requests).toBe(0);
  expect(during.inFlight).toBeGreaterThanOrEqual(30);
  expect(report).toMatchObject({ requests: during.inFlight, failed: 0, inFlight: 0 });
});

test('answers of 5xx, cut connections and answers that never come are failures; 404 is not', async () => {
  const url = await serve((request, response) => {
    if (request.url === '/broken') response.writeHead(500).end();
    else if (request.url === '/cut') request.socket.destroy();
    else if (request.url === '/half') response.write('half', () => request.socket.destroy());
    else if (request.url === '/absent') response.writeHead(404).end();
  });
  const paths = ['/broken', '/cut', '/half', '/absent', '/never'];
  const load = startLoad({ url, requestsPerSecond: 100, timeoutMs: 2_000, mix: paths.map((path) => ({ path })) });
  await sleep(400);
  const report = await load.stop();

  const errorsOf = (path: string) => [
    ...new Set(report.failures.filter((record) => record.path === path).map(({ status, error }) => status ?? error)),
  ];
  expect(errorsOf('/broken')).toEqual([500]);
  expect(errorsOf('/cut')).toEqual(['ECONNRESET']);
  expect(errorsOf('/half')).toHaveLength(1);
  expect(errorsOf('/never')).toEqual(['TIMEOUT']);
  expect(errorsOf('/absent')).toEqual([]);
  expect(report.byStatus['404']).toBeGreaterThan(0);
  expect(report.failed).toBe(report.failures.length);
});

test('kept and fresh connections are mixed, and what an answer says about its release is recorded', async () => {
  const sockets = new Set<unknown>();
  let requests = 0;
  const url = await serve((request, response) => {
    sockets.add(request.socket);
    requests += 1;
    response.setHeader('x-fairway-release', '1.4.0-abc').end(request.method);
  });
  const mix = [{ path: '/' }, { path: '/orders', method: 'POST', body: '{}' }];
  const load = startLoad({ url, requestsPerSecond: 300, freshShare: 0.5, mix });
  await sleep(500);
  const report = await load.stop();

  const fresh = report.records.filter((record) => record.connection === 'fresh').length;
  expect(report.requests).toBe(requests);
  expect(report.byRelease).toEqual({ '1.4.0-abc': requests });
  expect(fresh).toBeGreaterThan(requests * 0.3);
  expect(sockets.size).toBeGreaterThanOrEqual(fresh);
  expect(sockets.size).toBeLessThan(requests);
  expect(new Set(report.records.map((record) => record.method))).toEqual(new Set(['GET', 'POST']));
});

test('the same seed chooses the same requests, by their weights', () => {
  const mix = [{ path: '/often', weight: 3 }, { path: '/seldom' }] as const;
  const paths = (seed: number): string[] => {
    const random = seededRandom(seed);
    return Array.from({ length: 4_000 }, () => choose(mix, random()).path);
  };

  expect(paths(7)).toEqual(paths(7));
  expect(paths(7)).not.toEqual(paths(8));
  const often = paths(7).filter((path) => path === '/often').length;
  expect(often).toBeGreaterThan(2_850);
  expect(often).toBeLessThan(3_150);
});
