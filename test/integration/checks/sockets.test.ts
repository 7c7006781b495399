import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { nodeClock } from '../../../src/adapters/node/clock.ts';
import { nodeHttp } from '../../../src/adapters/node/http.ts';
import { nodeSockets } from '../../../src/adapters/node/sockets.ts';
import { checkSchema } from '../../../src/checks/index.ts';
import { runChecks } from '../../../src/checks/run.ts';
import { makeCertificate } from '../../fixtures/certificate.ts';
import { needs } from '../../requirements.ts';
import type { RunningServer } from './servers.ts';
import { bodyOf, httpServer, lineServer, tlsServer } from './servers.ts';

const ports = { http: nodeHttp(), clock: nodeClock(), sockets: nodeSockets() };
const started: RunningServer[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.close();
});

async function running(server: Promise<RunningServer>): Promise<number> {
  const opened = await server;
  started.push(opened);
  return opened.port;
}

/** One look, in the form in which a report shows it. */
async function look(config: object, port: number): Promise<string> {
  const spec = checkSchema.parse({ retry: { for: '0s' }, ...config });
  const report = await runChecks([spec], { baseUrl: `http://127.0.0.1:${port}` }, { deadlineMs: 20_000 }, ports);
  const [result] = report.checks;
  if (result === undefined) throw new Error('no result');
  return result.kind === 'pass' ? 'pass' : `${result.kind}: ${result.reason}`;
}

async function freePort(): Promise<number> {
  const server = await httpServer(() => {});
  await server.close();
  return server.port;
}

test('tcp: an open port is enough, unless a text is expected', async () => {
  const port = await running(lineServer('hello\r\n', (line) => `you said ${line}\r\n`));

  expect(await look({ type: 'tcp' }, port)).toBe('pass');
  expect(await look({ type: 'tcp', port, send: 'ping\r\n', expect: 'you said ping' }, 1)).toBe('pass');
  expect(await look({ type: 'tcp', expect: 'pong', timeout: '200ms' }, port)).toBe(
    `fail: 127.0.0.1:${port}: no answer within 200 ms`,
  );
});

test('tcp: a port where nobody listens fails', async () => {
  const port = await freePort();

  expect(await look({ type: 'tcp', port }, 1)).toBe(
    `fail: 127.0.0.1:${port}: nothing listens there (connection refused)`,
  );
});

const extensions = (line: string): string =>
  line.startsWith('EHLO') ? '250-mail.example\r\n250-STARTTLS\r\n250 SIZE 1000\r\n' : '221 bye\r\n';

test('smtp: a server that greets and says hello passes', async () => {
  const port = await running(lineServer('220-one moment\r\n220 mail.example ESMTP\r\n', extensions));

  expect(await look({ type: 'smtp', port, starttls: true }, 1)).toBe('pass');
});

test('smtp: a server that has no room for us, or no STARTTLS, fails', async () => {
  const full = await running(lineServer('421 too many connections\r\n', extensions));
  const plain = await running(lineServer('220 mail.example\r\n', () => '250 mail.example\r\n'));

  expect(await look({ type: 'smtp', port: full }, 1)).toBe(
    'fail: greets with "421 too many connections", expected 220',
  );
  expect(await look({ type: 'smtp', port: plain, starttls: true }, 1)).toBe('fail: does not offer STARTTLS');
});

needs('openssl')('tls: days left, the name and the chain are judged', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'fairway-tls-'));
  const { key, certificate } = await makeCertificate(directory, { file: 'a', host: 'shop.example', days: 40 });
  const port = await running(tlsServer(await readFile(key, 'utf8'), await readFile(certificate, 'utf8')));
  await rm(directory, { recursive: true });
  const tls = { type: 'tls', host: '127.0.0.1', port, serverName: 'shop.example' };

  expect(await look({ ...tls, chain: false }, 1)).toBe('pass');
  expect(await look(tls, 1)).toMatch(/^fail: the certificate of shop\.example is not trusted: .*SELF_SIGNED/);
  expect(await look({ ...tls, chain: false, minDays: 60 }, 1)).toMatch(
    /^fail: the certificate of shop\.example expires in (39|40) days \(\d{4}-\d\d-\d\d\), expected at least 60$/,
  );
  expect(await look({ ...tls, chain: false, serverName: 'other.example' }, 1)).toBe(
    'fail: the certificate of other.example is for shop.example, not for other.example',
  );
});

test('tls: a server that speaks no TLS fails', async () => {
  const port = await running(lineServer('hello\r\n', () => ''));

  expect(await look({ type: 'tls', host: '127.0.0.1', port, timeout: '2s' }, 1)).toMatch(/^fail: 127\.0\.0\.1:\d+: /);
});

test('webhook: the release is asked to call back, and what it sends is looked at', async () => {
  const port = await running(
    httpServer((request, response) => {
      void bodyOf(request).then(async (body) => {
        response.writeHead(202).end();
        const { callback } = JSON.parse(body) as { callback: string };
        await fetch(callback, { method: 'POST', body: '{"event":"paid"}' });
      });
    }),
  );
  const webhook = { type: 'webhook', path: '/orders', body: '{"callback":"{url}"}' };

  expect(await look({ ...webhook, contains: '"paid"' }, port)).toBe('pass');
  expect(await look({ ...webhook, contains: '"refunded"' }, port)).toBe('fail: the call lacks ""refunded""');
});

test('webhook: no call in time fails', async () => {
  const port = await running(httpServer((_request, response) => response.writeHead(202).end()));

  expect(await look({ type: 'webhook', path: '/orders?to={url}', within: '200ms' }, port)).toBe(
    'fail: no call came within 0.2 s',
  );
});
