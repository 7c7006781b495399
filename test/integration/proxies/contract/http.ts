import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { expect, test } from 'vitest';
import { ask, raw } from '../client.ts';
import type { ProxyUnderTest } from './under-test.ts';

/** How HTTP passes. */
export function httpContract(at: ProxyUnderTest): void {
  test('large bodies pass both ways unchanged', async () => {
    await at.two();
    const echo = at.limits?.isHalfDuplex === true ? '/echo-later' : '/echo';
    const sent = randomBytes(24 * 1024 * 1024);
    const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

    const known = await ask(at.url(echo), { method: 'POST', body: sent });
    expect(digest(known.body)).toBe(digest(sent));
    const chunked = await ask(at.url(echo), {
      method: 'PUT',
      body: sent,
      headers: { 'transfer-encoding': 'chunked' },
    });
    expect(digest(chunked.body)).toBe(digest(sent));
    expect((await ask(at.url('/large?n=25000000'))).body).toHaveLength(25_000_000);
  });

  test('answers are streamed: the beginning comes before the end is there', async () => {
    const [stable] = await at.two();
    const request = httpRequest(at.url('/hold')).end();
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
    const [first] = (await once(response, 'data')) as [Buffer];
    expect(first.toString()).toBe('begin ');
    stable.release();
    const [second] = (await once(response, 'data')) as [Buffer];

    expect(second.toString()).toBe('end');
    request.destroy();
  });

  test('connections are kept alive on both sides', async () => {
    const [stable] = await at.two();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let i = 0; i < 20; i += 1) await ask(at.url('/'), { agent });
    const sockets = new Set(stable.requests.map(({ socket }) => socket));
    const ours = Object.values(agent.freeSockets).flat();
    agent.destroy();

    expect(stable.requests).toHaveLength(20);
    expect(sockets.size).toBe(at.limits?.keepsNoConnections === true ? 20 : 1);
    expect(ours).toHaveLength(1);
  });

  test('the release learns who asked and for which host, and its own headers reach the user', async () => {
    await at.two();
    const { headers, body } = await ask(at.url('/headers'), {
      headers: { host: 'shop.example', 'x-forwarded-for': '203.0.113.9', connection: 'close, x-hop', 'x-hop': '1' },
    });
    const seen = JSON.parse(body.toString()) as Record<string, string>;

    expect(seen).toMatchObject({
      host: 'shop.example',
      'x-forwarded-for': '203.0.113.9, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'shop.example',
    });
    expect('x-hop' in seen).toBe(at.limits?.passesHopHeaders === true);
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(headers).not.toHaveProperty('x-fairway-release');
  });

  test('a client that speaks HTTP/1.0, or offers another protocol, is answered', async () => {
    await at.two();
    const upgrade = 'connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n';

    expect(await raw(at.proxy.url, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*\r\n\r\nGET \/$/);
    expect(await raw(at.proxy.url, `GET / HTTP/1.1\r\nhost: a\r\n${upgrade}\r\n`)).toMatch(/^HTTP\/1\.1 200 OK/);
  });
}
