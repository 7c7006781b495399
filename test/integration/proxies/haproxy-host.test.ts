import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { afterEach, beforeEach, expect } from 'vitest';
import { haproxyRuntime } from '../../../src/adapters/haproxy/runtime.ts';
import { needs } from '../../requirements.ts';
import type { TestBackend } from './backend.ts';
import { startBackend } from './backend.ts';
import { ask, askMany, eventually } from './client.ts';
import type { HaproxyBench } from './haproxy-bench.ts';
import { openHaproxy } from './haproxy-bench.ts';

const test = needs('haproxy');

let bench: HaproxyBench;
let release: TestBackend;
let other: TestBackend;
const url = (path = '/'): string => `http://127.0.0.1:${bench.port}${path}`;

beforeEach(async () => {
  bench = await openHaproxy();
  release = await startBackend('1.4.0-abcdef0');
  other = await startBackend('1.5.0-abcdef1');
});
afterEach(async () => {
  await bench.close();
  await release.die();
  await other.die();
});

async function serve(proxy = bench.proxy, backend = release): Promise<void> {
  await proxy.ensure();
  await proxy.add(backend);
  await proxy.shift({ [backend.releaseId]: 100 });
  await proxy.persistStable(backend.releaseId);
}

test('an HAProxy that runs is left alone, whoever asks', async () => {
  await serve();
  const pid = await bench.pid();
  await bench.proxy.ensure();
  await bench.client().ensure();

  expect(await bench.pid()).toBe(pid);
  expect(await askMany(url(), 20)).toEqual({ [release.releaseId]: 20 });
});

test('nobody but this user can talk to it', async () => {
  await serve();
  const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

  expect(await modeOf(bench.paths.folder)).toBe('700');
  for (const file of [bench.paths.socket, bench.paths.config, bench.paths.book, bench.paths.log]) {
    expect(`${file} ${await modeOf(file)}`).toBe(`${file} 600`);
  }
});

test('its configuration does not change while traffic moves, only when another release becomes stable', async () => {
  await serve();
  const before = await readFile(bench.paths.config, 'utf8');
  await bench.proxy.add(other);
  await bench.proxy.shift({ [release.releaseId]: 50, [other.releaseId]: 50 });
  expect(await readFile(bench.paths.config, 'utf8')).toBe(before);
  const pid = await bench.pid();
  await bench.proxy.persistStable(other.releaseId);

  expect(await readFile(bench.paths.config, 'utf8')).toContain(`${other.address} weight 1`);
  expect(await bench.pid()).toBe(pid);
});

test('a configuration that somebody edited is refused, with what to do', async () => {
  await serve();
  await writeFile(bench.paths.config, `${await readFile(bench.paths.config, 'utf8')}# mine\n`);

  await expect(bench.proxy.ensure()).rejects.toMatchObject({
    code: 'PROXY_CONFIG_EDITED',
    hint: expect.stringContaining(`rm '${bench.paths.config}'`) as string,
  });
  expect((await ask(url())).status).toBe(200);
  await bench.ports.files.remove(bench.paths.config);
  await bench.proxy.ensure();
  expect(await readFile(bench.paths.config, 'utf8')).not.toContain('# mine');
});

test('one whose socket is gone is refused, and goes on to serve', async () => {
  await serve();
  await bench.ports.files.remove(bench.paths.socket);

  await expect(bench.proxy.ensure()).rejects.toMatchObject({
    code: 'PROXY_SOCKET_GONE',
    hint: expect.stringContaining(`kill ${await bench.pid()}`) as string,
  });
  expect((await ask(url())).status).toBe(200);
});

test('another program on its port is named', async () => {
  const foreign = createServer();
  await new Promise<void>((resolve) => foreign.listen(bench.port, '127.0.0.1', resolve));

  await expect(bench.proxy.ensure()).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: expect.stringContaining(`process ${process.pid}`) as string,
  });
  foreign.close();
});

test('a program that is not installed, or no HAProxy, is refused', async () => {
  await expect(bench.client({ program: 'no-such-haproxy' }).ensure()).rejects.toMatchObject({ code: 'TOOL_MISSING' });
  await expect(bench.client({ program: '/bin/true' }).ensure()).rejects.toMatchObject({ code: 'HAPROXY_TOO_OLD' });
});

test('two applications share one port by their host names, and neither disturbs the other', async () => {
  const blog = bench.client({ hosts: ['blog.example'] }, 'blog');
  await serve();
  await serve(blog, other);
  const answeredBy = async (host: string): Promise<unknown> =>
    (await ask(url(), { headers: { host } })).headers['x-answered-by'];

  expect(blog.url).toBe(`http://blog.example:${bench.port}`);
  expect(await answeredBy('blog.example')).toBe(other.releaseId);
  expect(await answeredBy('BLOG.example:8080')).toBe(other.releaseId);
  expect(await answeredBy('anything.else')).toBe(release.releaseId);
  expect((await blog.stats()).map(({ releaseId, requests }) => [releaseId, requests])).toEqual([[other.releaseId, 2]]);
  const pid = await bench.pid();
  await blog.stop();
  expect(await bench.pid()).toBe(pid);
  expect(await answeredBy('blog.example')).toBe(release.releaseId);
  await bench.crash();
  await bench.proxy.ensure();
  expect(await answeredBy('blog.example')).toBe(release.releaseId);
});

test('a host name that another application has is refused', async () => {
  await bench.client({ hosts: ['shop.example'] }, 'first').ensure();

  await expect(bench.client({ hosts: ['shop.example'] }, 'second').ensure()).rejects.toMatchObject({
    code: 'HOST_TAKEN',
    problems: [{ path: 'proxy.hosts' }],
  });
});

test('testers reach a release that has no traffic, by header or cookie, and users never do', async () => {
  const proxy = bench.client({ testers: true });
  await serve(proxy);
  await proxy.add(other);
  const by = async (headers: Record<string, string>): Promise<unknown> =>
    (await ask(url(), { headers })).headers['x-answered-by'];

  expect(await by({ 'x-fairway-release': other.releaseId })).toBe(other.releaseId);
  expect(await by({ cookie: `a=1; fairway-release=${other.releaseId}` })).toBe(other.releaseId);
  expect(await by({ 'x-fairway-release': 'no-such-release' })).toBe(release.releaseId);
  expect(await askMany(url(), 50)).toEqual({ [release.releaseId]: 50 });
});

test('without that setting nobody chooses a release', async () => {
  await serve();
  await bench.proxy.add(other);
  const { headers } = await ask(url(), { headers: { 'x-fairway-release': other.releaseId } });

  expect(headers['x-answered-by']).toBe(release.releaseId);
});

test('a sticky user stays with the canary while it has traffic, and is taken off it by the rollback', async () => {
  const proxy = bench.client({ sticky: true });
  await serve(proxy);
  await proxy.add(other);
  await proxy.shift({ [other.releaseId]: 100 });
  const [cookie = ''] = (await ask(url())).headers['set-cookie'] ?? [];
  expect(cookie).toContain(`fairway-sticky=${other.releaseId}; Path=/; HttpOnly`);
  await proxy.shift({ [release.releaseId]: 95, [other.releaseId]: 5 });
  const again = async (): Promise<unknown> =>
    (await ask(url(), { headers: { cookie: cookie.split(';')[0] ?? '' } })).headers['x-answered-by'];
  for (let visit = 0; visit < 20; visit += 1) expect(await again()).toBe(other.releaseId);
  await proxy.shift({ [release.releaseId]: 100 });

  for (let visit = 0; visit < 20; visit += 1) expect(await again()).toBe(release.releaseId);
});

test('a maintenance page stands in for the application, also over a crash, until it is taken back', async () => {
  await serve();
  await bench.proxy.maintain?.('<h1>Back soon</h1>\n<p>20 % done</p>');
  const { status, headers, body } = await ask(url());

  expect(status).toBe(503);
  expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'retry-after': '60' });
  expect(body.toString()).toBe('<h1>Back soon</h1> <p>20 % done</p>');
  await bench.crash();
  await bench.proxy.ensure();
  expect((await ask(url())).status).toBe(503);
  await bench.proxy.maintain?.(null);
  expect((await ask(url())).status).toBe(200);
});

test('how many were slower than a limit is counted per release', async () => {
  await serve();
  await bench.proxy.add(other);
  await askMany(url('/'), 10);
  await bench.proxy.shift({ [other.releaseId]: 100 });
  await askMany(url('/slow?n=300'), 5, 5);

  expect(await bench.proxy.stats({ slowerThanMs: 200 })).toMatchObject([
    { releaseId: release.releaseId, slower: 0 },
    { releaseId: other.releaseId, slower: 5 },
  ]);
  expect(await bench.proxy.stats({ slowerThanMs: 5_000 })).toMatchObject([{ slower: 0 }, { slower: 0 }]);
});

test('whoever asks first later still gets the counts from the beginning', async () => {
  await serve();
  await askMany(url(), 300);
  const again = bench.client({}, 'shop', { haproxy: haproxyRuntime(process.env['PATH'] ?? '') });

  expect(await again.stats()).toMatchObject([{ requests: 300, errors: 0 }]);
  await askMany(url(), 100);
  expect(await again.stats()).toMatchObject([{ requests: 400, errors: 0 }]);
});

test('lets what is in flight end when it is told to end itself', async () => {
  await serve();
  const held = ask(url('/hold'));
  await eventually(async () => (await bench.proxy.stats())[0]?.inFlight === 1, 'one request in flight');
  const stopping = bench.proxy.stop();
  await eventually(
    async () =>
      await ask(url()).then(
        () => false,
        () => true,
      ),
    'nothing new is accepted',
  );
  release.release();

  expect((await held).body.toString()).toBe('begin end');
  await stopping;
  await expect(bench.pid()).rejects.toThrow('no HAProxy runs');
});
