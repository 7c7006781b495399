import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BackendStats, Proxy } from '../../../src/proxies/proxy.ts';
import { startLoad } from '../../load/load.ts';
import type { TestBackend } from './backend.ts';
import { startBackend } from './backend.ts';
import { ask, askMany, eventually } from './client.ts';

/** One running proxy of the kind under test. */
export interface ProxyBench {
  readonly proxy: Proxy;
  /** End its process as a crash would. */
  crash(): Promise<void>;
  /** End it and remove all that it left. */
  close(): Promise<void>;
}

/** What everything that shifts traffic must do, whatever it is made of. */
export function proxyContract(name: string, open: () => Promise<ProxyBench>): void {
  describe(name, () => {
    let bench: ProxyBench;
    let proxy: Proxy;
    const backends: TestBackend[] = [];

    beforeAll(async () => {
      bench = await open();
      proxy = bench.proxy;
      await proxy.ensure();
    });
    afterEach(async () => {
      const clean = await serving();
      await proxy.shift({ [clean.releaseId]: 100 });
      await proxy.persistStable(clean.releaseId);
      for (const backend of backends.splice(0)) {
        if (backend !== clean) await proxy.remove(backend.releaseId);
        if (backend !== clean) await backend.die();
      }
      backends.push(clean);
    });
    afterAll(async () => {
      await bench.close();
      for (const backend of backends) await backend.die();
    });

    let count = 0;
    /** A new release that gets no traffic yet. */
    async function serving(): Promise<TestBackend> {
      count += 1;
      const backend = await startBackend(`1.${count}.0-abcdef0`);
      backends.push(backend);
      await proxy.add(backend);
      return backend;
    }
    /** Two new releases; the first is stable. */
    async function two(): Promise<readonly [TestBackend, TestBackend]> {
      const [stable, canary] = [await serving(), await serving()];
      await proxy.shift({ [stable.releaseId]: 100 });
      await proxy.persistStable(stable.releaseId);
      return [stable, canary];
    }
    async function statsOf({ releaseId }: TestBackend): Promise<BackendStats> {
      const found = (await proxy.stats()).find((stats) => stats.releaseId === releaseId);
      if (found === undefined) throw new Error(`no stats of ${releaseId}`);
      return found;
    }
    async function inFlight(backend: TestBackend): Promise<number> {
      return (await statsOf(backend)).inFlight;
    }
    function url(path: string): string {
      return `${proxy.url}${path}`;
    }

    test('before the first release users get a short page that says so', async () => {
      const { status, headers, body } = await ask(url('/'));

      expect(status).toBe(503);
      expect(headers['content-type']).toContain('text/plain');
      expect(body.toString()).toMatch(/^No release serves here yet\..{0,80}$/s);
      expect(await proxy.stats()).toEqual([]);
    });

    test('a release that was added gets nothing until a shift says so', async () => {
      const [stable, canary] = await two();
      await proxy.add(canary);

      expect(await askMany(url('/'), 200)).toEqual({ [stable.releaseId]: 200 });
      expect(canary.requests).toHaveLength(0);
    });

    test('shares of traffic are hit within the tolerance of chance', async () => {
      const [stable, canary] = await two();
      for (const [weight, total] of [
        [5, 4_000],
        [25, 2_000],
        [50, 2_000],
      ] as const) {
        await proxy.shift({ [stable.releaseId]: 100 - weight, [canary.releaseId]: weight });
        const answered = await askMany(url('/'), total);

        const expected = (total * weight) / 100;
        const deviation = Math.sqrt(expected * (1 - weight / 100));
        expect(answered[canary.releaseId]).toBeGreaterThan(expected - 4.5 * deviation);
        expect(answered[canary.releaseId]).toBeLessThan(expected + 4.5 * deviation);
        expect((answered[stable.releaseId] ?? 0) + (answered[canary.releaseId] ?? 0)).toBe(total);
      }
    });

    test('a shift is done when it answers: no request after it reaches the release of weight 0', async () => {
      const [stable, canary] = await two();
      for (let flip = 0; flip < 20; flip += 1) {
        const [to, from] = flip % 2 === 0 ? [canary, stable] : [stable, canary];
        await proxy.shift({ [to.releaseId]: 100 });
        const before = from.requests.length;
        expect(await askMany(url('/'), 50, 8)).toEqual({ [to.releaseId]: 50 });
        expect(from.requests).toHaveLength(before);
      }
    });

    test('fifty switches under a mixed load lose no request', async () => {
      const [stable, canary] = await two();
      const load = startLoad({
        url: proxy.url,
        requestsPerSecond: 200,
        freshShare: 0.4,
        mix: [
          { path: '/', weight: 6 },
          { path: '/echo', method: 'POST', body: 'an order', weight: 3 },
          { path: '/slow?n=400' },
        ],
      });
      for (let flip = 0; flip < 50; flip += 1) {
        await proxy.shift({ [(flip % 2 === 0 ? canary : stable).releaseId]: 100 });
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
      const report = await load.stop();

      expect(report.failures).toEqual([]);
      expect(report.byStatus).toEqual({ 200: report.requests });
      expect(report.requests).toBeGreaterThan(400);
      expect(stable.requests.length).toBeGreaterThan(100);
      expect(canary.requests.length).toBeGreaterThan(100);
    });

    test('a drain waits for what is in flight, and cuts nothing that ends in time', async () => {
      const [stable, canary] = await two();
      await proxy.shift({ [canary.releaseId]: 100 });
      const held = ask(url('/hold'));
      await eventually(async () => (await inFlight(canary)) === 1, 'one request in flight');
      await proxy.shift({ [stable.releaseId]: 100 });
      let drained = false;
      const draining = proxy.drain(canary.releaseId, 10_000).then((result) => {
        drained = true;
        return result;
      });
      expect(await askMany(url('/'), 50)).toEqual({ [stable.releaseId]: 50 });
      expect(drained).toBe(false);
      canary.release();

      expect(await draining).toEqual({ cut: 0 });
      expect((await held).body.toString()).toBe('begin end');
      expect(await proxy.drain(canary.releaseId, 10_000)).toEqual({ cut: 0 });
    });

    test('a drain cuts at its deadline what is still in flight, and says how many that were', async () => {
      const [stable, canary] = await two();
      await proxy.shift({ [canary.releaseId]: 100 });
      const results = Promise.allSettled([ask(url('/hold')), ask(url('/never')), ask(url('/never'))]);
      await eventually(async () => (await inFlight(canary)) === 3, 'three requests in flight');
      await proxy.shift({ [stable.releaseId]: 100 });

      expect(await proxy.drain(canary.releaseId, 200)).toEqual({ cut: 3 });
      expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
      expect(await inFlight(canary)).toBe(0);
    });

    test('a release that still gets traffic is neither drained nor removed', async () => {
      const [stable] = await two();

      await expect(proxy.drain(stable.releaseId, 1_000)).rejects.toMatchObject({ code: 'STILL_SERVING' });
      await expect(proxy.remove(stable.releaseId)).rejects.toMatchObject({ code: 'STILL_SERVING' });
    });

    test('shares that do not add up and releases that nobody added are refused, and nothing changes', async () => {
      const [stable, canary] = await two();

      await expect(proxy.shift({ [stable.releaseId]: 60, [canary.releaseId]: 30 })).rejects.toMatchObject({
        code: 'BAD_WEIGHTS',
      });
      await expect(proxy.shift({ '9.9.9-0000000': 100 })).rejects.toMatchObject({ code: 'UNKNOWN_RELEASE' });
      await expect(proxy.persistStable('9.9.9-0000000')).rejects.toMatchObject({ code: 'UNKNOWN_RELEASE' });
      expect(await askMany(url('/'), 50)).toEqual({ [stable.releaseId]: 50 });
    });

    test('after a crash of the proxy itself only the stable release serves', async () => {
      const [stable, canary] = await two();
      await proxy.shift({ [stable.releaseId]: 20, [canary.releaseId]: 80 });
      await bench.crash();
      await expect(ask(url('/'))).rejects.toThrow('ECONNREFUSED');
      await proxy.ensure();

      expect(await askMany(url('/'), 100)).toEqual({ [stable.releaseId]: 100 });
      expect((await proxy.stats()).map(({ releaseId }) => releaseId)).toEqual([stable.releaseId]);
    });

    test('a release that was started again on another port keeps its share, also over a crash', async () => {
      const [stable] = await two();
      await stable.die();
      const again = await startBackend(stable.releaseId);
      await proxy.add(again);
      expect(await askMany(url('/'), 50)).toEqual({ [stable.releaseId]: 50 });
      await bench.crash();
      await proxy.ensure();

      expect(await askMany(url('/'), 50)).toEqual({ [stable.releaseId]: 50 });
      backends.splice(backends.indexOf(stable), 1, again);
    });

    test('requests and errors are counted per release: 5xx and resets are errors, 4xx and clients that left are not', async () => {
      const [, canary] = await two();
      await proxy.shift({ [canary.releaseId]: 100 });
      for (const path of ['/', '/', '/status?n=404', '/status?n=302']) await ask(url(path));
      expect(await statsOf(canary)).toMatchObject({ requests: 4, errors: 0, inFlight: 0 });

      for (const path of ['/status?n=500', '/status?n=503']) await ask(url(path));
      expect((await ask(url('/reset'))).status).toBe(502);
      await expect(ask(url('/half'))).rejects.toThrow();
      await eventually(async () => (await inFlight(canary)) === 0, 'all counted');
      expect(await statsOf(canary)).toMatchObject({ requests: 8, errors: 4, inFlight: 0 });

      const leaving = new AbortController();
      const left = ask(url('/never'), { signal: leaving.signal });
      await eventually(async () => (await inFlight(canary)) === 1, 'one request in flight');
      leaving.abort();
      await expect(left).rejects.toThrow();
      await eventually(async () => (await inFlight(canary)) === 0, 'none in flight');
      const stats = await statsOf(canary);
      expect(stats).toMatchObject({ requests: 8, errors: 4 });
      expect(stats.p95Ms).toBeGreaterThan(0);
    });

    test('the percentile of latency is that of the release, not of the others', async () => {
      const [stable, canary] = await two();
      expect((await statsOf(canary)).p95Ms).toBeNull();
      await askMany(url('/'), 50);
      await proxy.shift({ [canary.releaseId]: 100 });
      await askMany(url('/slow?n=300'), 20, 20);

      expect((await statsOf(canary)).p95Ms).toBeGreaterThanOrEqual(290);
      expect((await statsOf(stable)).p95Ms).toBeLessThan((await statsOf(canary)).p95Ms ?? 0);
    });

    test('when a release dies, pages come from the stable one, and each refusal is counted as its error', async () => {
      const [stable, canary] = await two();
      await proxy.shift({ [canary.releaseId]: 100 });
      expect(await askMany(url('/'), 20)).toEqual({ [canary.releaseId]: 20 });
      await canary.die();

      expect(await askMany(url('/'), 20)).toEqual({ [stable.releaseId]: 20 });
      expect(await statsOf(canary)).toMatchObject({ requests: 40, errors: 20, inFlight: 0 });
      expect(await statsOf(stable)).toMatchObject({ requests: 20, errors: 0, inFlight: 0 });
    });

    test('what changes something is never sent twice: an order to a dead release fails', async () => {
      const [stable, canary] = await two();
      await proxy.shift({ [canary.releaseId]: 100 });
      await canary.die();
      const { status } = await ask(url('/echo'), { method: 'POST', body: 'an order' });

      expect(status).toBe(502);
      expect(stable.requests).toHaveLength(0);
      expect(await statsOf(canary)).toMatchObject({ requests: 1, errors: 1 });
    });

    test('large bodies pass both ways unchanged', async () => {
      await two();
      const sent = randomBytes(24 * 1024 * 1024);
      const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

      const known = await ask(url('/echo'), { method: 'POST', body: sent });
      expect(digest(known.body)).toBe(digest(sent));
      const chunked = await ask(url('/echo'), {
        method: 'PUT',
        body: sent,
        headers: { 'transfer-encoding': 'chunked' },
      });
      expect(digest(chunked.body)).toBe(digest(sent));
      expect((await ask(url('/large?n=25000000'))).body).toHaveLength(25_000_000);
    });

    test('answers are streamed: the beginning comes before the end is there', async () => {
      const [stable] = await two();
      const request = httpRequest(url('/hold')).end();
      const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
      const [first] = (await once(response, 'data')) as [Buffer];
      expect(first.toString()).toBe('begin ');
      stable.release();
      const [second] = (await once(response, 'data')) as [Buffer];

      expect(second.toString()).toBe('end');
      request.destroy();
    });

    test('connections are kept alive on both sides', async () => {
      const [stable] = await two();
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let i = 0; i < 20; i += 1) await ask(url('/'), { agent });
      const sockets = new Set(stable.requests.map(({ socket }) => socket));
      const ours = Object.values(agent.freeSockets).flat();
      agent.destroy();

      expect(stable.requests).toHaveLength(20);
      expect(sockets.size).toBe(1);
      expect(ours).toHaveLength(1);
    });

    test('the release learns who asked and for which host, and its own headers reach the user', async () => {
      await two();
      const { headers, body } = await ask(url('/headers'), {
        headers: { host: 'shop.example', 'x-forwarded-for': '203.0.113.9', connection: 'close, x-hop', 'x-hop': '1' },
      });
      const seen = JSON.parse(body.toString()) as Record<string, string>;

      expect(seen).toMatchObject({
        host: 'shop.example',
        'x-forwarded-for': '203.0.113.9, 127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': 'shop.example',
      });
      expect(seen).not.toHaveProperty('x-hop');
      expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
      expect(headers).not.toHaveProperty('x-fairway-release');
    });

    test('a client that speaks HTTP/1.0, or offers another protocol, is answered', async () => {
      await two();
      const upgrade = 'connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n';

      expect(await raw(proxy.url, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*\r\n\r\nGET \/$/);
      expect(await raw(proxy.url, `GET / HTTP/1.1\r\nhost: a\r\n${upgrade}\r\n`)).toMatch(/^HTTP\/1\.1 200 OK/);
    });

    describe('WebSockets', () => {
      async function openSocket(): Promise<WebSocket> {
        const socket = new WebSocket(url('/ws').replace('http', 'ws'));
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

      test('pass, stay with their release over a switch, and are in flight while they are open', async () => {
        const [stable, canary] = await two();
        await proxy.shift({ [canary.releaseId]: 100 });
        const socket = await openSocket();
        expect(await echoed(socket, 'hello')).toBe('hello');
        await proxy.shift({ [stable.releaseId]: 100 });
        expect(await echoed(socket, 'still there')).toBe('still there');
        expect(await inFlight(canary)).toBe(1);
        const gone = closed(socket);
        socket.close();
        await gone;

        expect(await proxy.drain(canary.releaseId, 5_000)).toEqual({ cut: 0 });
        expect(await statsOf(canary)).toMatchObject({ requests: 1, errors: 0, inFlight: 0 });
      });

      test('are cut and counted at the deadline of a drain', async () => {
        const [stable, canary] = await two();
        await proxy.shift({ [canary.releaseId]: 100 });
        const socket = await openSocket();
        const gone = closed(socket);
        await proxy.shift({ [stable.releaseId]: 100 });

        expect(await proxy.drain(canary.releaseId, 100)).toEqual({ cut: 1 });
        await gone;
        expect(await statsOf(canary)).toMatchObject({ errors: 0, inFlight: 0 });
      });

      test('that a release refuses get its answer, and those to a dead release a 502', async () => {
        const [, canary] = await two();
        await proxy.shift({ [canary.releaseId]: 100 });
        const wish =
          'host: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: x\r\nsec-websocket-version: 13';

        expect(await raw(proxy.url, `GET /refuse HTTP/1.1\r\n${wish}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 403 /);
        await canary.die();
        expect(await raw(proxy.url, `GET /ws HTTP/1.1\r\n${wish}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 502 /);
        expect(await statsOf(canary)).toMatchObject({ requests: 2, errors: 1, inFlight: 0 });
      });
    });
  });
}

/** Send text and read until the other side closes, or has been silent for a while. */
async function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(text);
  socket.setTimeout(500, () => socket.end());
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}
