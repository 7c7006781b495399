import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { nodeHttp } from '../../../../src/adapters/node/http.ts';

const http = nodeHttp();
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listening(made: Server): Promise<string> {
  closing.push(async () => await new Promise((resolve) => made.close(() => resolve())));
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}/`;
}
const serve = async (listener: RequestListener): Promise<string> => await listening(createServer(listener));
const raw = async (answer: string): Promise<string> =>
  await listening(
    createTcpServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end(answer),
    ),
  );
const get = { method: 'GET', timeoutMs: 5_000 };

test('a body that is cut in the middle is an error, not a short answer', async () => {
  const url = await raw('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this');

  await expect(http.request({ ...get, url })).rejects.toThrow(/the connection was cut before the whole answer came/);
});

test('what is no HTTP at all is an error', async () => {
  const url = await raw('220 mail.example.org ESMTP\r\n');

  await expect(http.request({ ...get, url })).rejects.toThrow(/127\.0\.0\.1:\d+: /);
});

test('a server that sends one byte after the other for ever meets the deadline', async () => {
  const url = await serve((_, response) => {
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(timer));
  });

  await expect(http.request({ ...get, url, timeoutMs: 300 })).rejects.toThrow(/no whole answer within 300 ms/);
});

test('of a body without end the first bytes are read and the connection is closed', async () => {
  const url = await serve((_, response) => {
    const timer = setInterval(() => response.write('x'.repeat(10_000)), 1);
    response.on('close', () => clearInterval(timer));
  });

  const { status, body } = await http.request({ ...get, url, maxBodyBytes: 50_000 });

  expect(status).toBe(200);
  expect(body).toBe('x'.repeat(50_000));
});

test('a header that comes more than once has all its values', async () => {
  const url = await serve((_, response) => response.setHeader('set-cookie', ['a=1', 'b=2']).end());

  expect((await http.request({ ...get, url })).headers['set-cookie']).toBe('a=1, b=2');
});

test('headers of ours are sent, each request on a connection of its own', async () => {
  const seen: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    seen.push(request.headers['x-own'] as string, request.headers.connection, request.headers['accept-encoding']);
    response.end();
  });
  await http.request({ ...get, url, headers: { 'X-Own': 'yes' } });

  expect(seen).toEqual(['yes', 'close', 'identity']);
});

test('a server that speaks no TLS is an error where https was asked for', async () => {
  const url = await raw('HTTP/1.1 200 OK\r\n\r\n');

  await expect(http.request({ ...get, url: url.replace('http:', 'https:') })).rejects.toThrow(/127\.0\.0\.1:\d+: /);
});

test('a host that does not exist is an error in plain words', async () => {
  await expect(http.request({ ...get, url: 'http://no-such-host.invalid/' })).rejects.toThrow(
    /no-such-host\.invalid: (no such host|the name could not be resolved)/,
  );
});
