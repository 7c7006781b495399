import { expect, test } from 'vitest';
import { eventually, raw } from '../client.ts';
import type { ProxyUnderTest } from './under-test.ts';

/** WebSockets: in flight while they are open. */
export function webSocketsContract(at: ProxyUnderTest): void {
  test('WebSockets pass, stay with their release over a switch, and are in flight while they are open', async () => {
    const [stable, canary] = await at.two();
    await at.proxy.shift({ [canary.releaseId]: 100 });
    const socket = await openSocket(at.url('/ws'));
    expect(await echoed(socket, 'hello')).toBe('hello');
    await at.proxy.shift({ [stable.releaseId]: 100 });
    expect(await echoed(socket, 'still there')).toBe('still there');
    expect(await at.inFlight(canary)).toBe(1);
    const gone = closed(socket);
    socket.close();
    await gone;

    expect(await at.proxy.drain(canary.releaseId, 5_000)).toEqual({ cut: 0 });
    expect(await at.statsOf(canary)).toMatchObject({ requests: 1, errors: 0, inFlight: 0 });
  });

  test('WebSockets are cut and counted at the deadline of a drain', async () => {
    const [stable, canary] = await at.two();
    await at.proxy.shift({ [canary.releaseId]: 100 });
    const socket = await openSocket(at.url('/ws'));
    const gone = closed(socket);
    await at.proxy.shift({ [stable.releaseId]: 100 });

    expect(await at.proxy.drain(canary.releaseId, 100)).toEqual({ cut: 1 });
    await gone;
    expect(await at.statsOf(canary)).toMatchObject({ errors: 0, inFlight: 0 });
  });

  test('WebSockets that a release refuses get its answer, and those to a dead release a 502, or the stable one', async () => {
    const [, canary] = await at.two();
    await at.proxy.shift({ [canary.releaseId]: 100 });
    const wish =
      'host: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13';

    expect(await raw(at.proxy.url, `GET /refuse HTTP/1.1\r\n${wish}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 403 /);
    await canary.die();
    if (at.detoursOrders) {
      const socket = await openSocket(at.url('/ws'));
      expect(await echoed(socket, 'to the stable one')).toBe('to the stable one');
      socket.close();
    } else {
      expect(await raw(at.proxy.url, `GET /ws HTTP/1.1\r\n${wish}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 502 /);
    }
    await eventually(async () => (await at.statsOf(canary)).requests === 2, 'both are counted');
    expect(await at.statsOf(canary)).toMatchObject({ requests: 2, errors: 1, inFlight: 0 });
  });
}

async function openSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url.replace('http', 'ws'));
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  return socket;
}
async function echoed(socket: WebSocket, text: string): Promise<unknown> {
  const answer = new Promise((resolve) => {
    socket.addEventListener('message', ({ data }) => resolve(data), { once: true });
  });
  socket.send(text);
  return await answer;
}
async function closed(socket: WebSocket): Promise<void> {
  await new Promise((resolve) => socket.addEventListener('close', resolve));
}
