import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeClock } from '../../../src/adapters/node/clock.ts';
import { nodeHttp } from '../../../src/adapters/node/http.ts';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { checkSchema } from '../../../src/checks/index.ts';
import { runChecks } from '../../../src/checks/run.ts';
import type { SmokeReport } from '../../../src/domain/smoke/check.ts';

const ports = { http: nodeHttp(), clock: nodeClock() };
let baseUrl = '';
let asked: string[] = [];

const typed = (response: ServerResponse, type: string, body: string): void =>
  void response.writeHead(200, { 'content-type': type }).end(body);

function answer(request: IncomingMessage, response: ServerResponse): void {
  asked.push(`${request.method} ${request.url}`);
  switch (request.url) {
    case '/health':
      return typed(response, 'application/json', '{"status":"ok","checks":[{"name":"database","ok":true}]}');
    case '/a':
      return void response.writeHead(302, { location: '/b' }).end();
    case '/b':
      return void response.writeHead(302, { location: '/a' }).end();
    case '/late':
      return;
    case '/third':
      return void response.writeHead(asked.filter((line) => line === 'GET /third').length < 3 ? 503 : 200).end();
    case '/shop':
      return typed(
        response,
        'text/html',
        '<link rel=stylesheet href=shop.css><img src="/logo.svg"><script type=module src=/app.4f2a.js></script>',
      );
    case '/shop.css':
      return typed(response, 'text/css', 'body { background: url("/logo.svg") }');
    case '/logo.svg':
      return typed(response, 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>');
    default:
      return void response.writeHead(404).end('not here');
  }
}

const server = createServer(answer);

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function smoke(checks: readonly object[], deadlineMs = 20_000): Promise<SmokeReport> {
  asked = [];
  const specs = checks.map((check) => checkSchema.parse(check));
  return await runChecks(specs, { baseUrl }, { deadlineMs }, ports);
}

describe('smoke checks against a real server', () => {
  test('all that is well passes', async () => {
    const report = await smoke([
      { type: 'http', path: '/health', json: { '$.checks[0].ok': true }, maxLatency: '5s' },
      { type: 'http', name: 'nothing there', path: '/absent', status: 404, contains: 'not here' },
    ]);

    expect(report.verdict).toBe('pass');
    expect(report.checks.map(({ kind, name }) => [kind, name])).toEqual([
      ['pass', 'GET /health'],
      ['pass', 'nothing there'],
    ]);
  });

  test('a URL that redirects for ever fails with the loop', async () => {
    const { verdict, checks } = await smoke([{ type: 'http', path: '/a', followRedirects: 10, retry: { for: '0s' } }]);

    expect(verdict).toBe('fail');
    expect(checks).toMatchObject([{ reason: 'redirects for ever: /a -> /b -> /a' }]);
    expect(asked).toEqual(['GET /a', 'GET /b']);
  });

  test('a page whose script is not in the release fails and names the script', async () => {
    const { checks } = await smoke([{ type: 'page', path: '/shop', retry: { for: '0s' } }]);

    expect(checks).toMatchObject([
      { kind: 'fail', reason: `1 of 3 assets: ${baseUrl}/app.4f2a.js (<script src>): answered 404` },
    ]);
    expect(asked.toSorted()).toEqual(['GET /app.4f2a.js', 'GET /logo.svg', 'GET /shop', 'GET /shop.css']);
  });

  test('a service that is up at the third look passes', async () => {
    const { checks } = await smoke([{ type: 'http', path: '/third', retry: { for: '10s', every: '20ms' } }]);

    expect(checks).toMatchObject([{ kind: 'pass', attempts: 3 }]);
  });

  test('an answer that does not come in time fails', async () => {
    const { checks } = await smoke([{ type: 'http', path: '/late', timeout: '100ms', retry: { for: '0s' } }]);

    expect(checks).toMatchObject([
      { kind: 'fail', attempts: 1, reason: expect.stringMatching(/within 100 ms$/) as string },
    ]);
  });

  test('what the deadline of all checks kept from being seen is inconclusive', async () => {
    const { verdict, checks } = await smoke(
      [
        { type: 'http', path: '/late' },
        { type: 'http', path: '/health' },
      ],
      150,
    );

    expect(verdict).toBe('inconclusive');
    expect(checks).toMatchObject([{ kind: 'inconclusive' }, { kind: 'inconclusive', attempts: 0 }]);
  });

  test('where nothing listens, the check fails after its retries', async () => {
    const nobody = { baseUrl: `http://127.0.0.1:${await nodePorts().free()}` };
    const specs = [checkSchema.parse({ type: 'http', path: '/', retry: { for: '200ms', every: '50ms' } })];
    const { verdict, checks } = await runChecks(specs, nobody, { deadlineMs: 10_000 }, ports);

    expect(verdict).toBe('fail');
    expect(checks).toMatchObject([{ kind: 'fail', reason: expect.stringContaining('connection refused') as string }]);
    expect(checks[0]?.attempts).toBeGreaterThan(2);
  });
});
