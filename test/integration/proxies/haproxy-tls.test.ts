import { copyFile, readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect } from 'vitest';
import { makeCertificate } from '../../fixtures/certificate.ts';
import { needs } from '../../requirements.ts';
import type { TestBackend } from './backend.ts';
import { startBackend } from './backend.ts';
import { ask } from './client.ts';
import type { HaproxyBench } from './haproxy-bench.ts';
import { openHaproxy } from './haproxy-bench.ts';

const test = needs('haproxy', 'openssl');

let bench: HaproxyBench;
let release: TestBackend;
let tlsPort: number;

beforeEach(async () => {
  bench = await openHaproxy();
  release = await startBackend('1.4.0-abcdef0');
  tlsPort = await bench.ports.ports.free();
});
afterEach(async () => {
  await bench.close();
  await release.die();
});

async function open(servername: string): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: tlsPort, servername, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}
async function serialOf(servername: string): Promise<string> {
  const socket = await open(servername);
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}
/** One request on a kept connection. */
async function askOn(socket: TLSSocket): Promise<string> {
  socket.write('GET /path HTTP/1.1\r\nhost: shop.example\r\n\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return answer.toString();
}
async function serve(certificates: readonly string[]) {
  const proxy = bench.client({ hosts: ['shop.example'], tls: { port: tlsPort, certificates } });
  await proxy.ensure();
  await proxy.add(release);
  await proxy.shift({ [release.releaseId]: 100 });
  await proxy.persistStable(release.releaseId);
  return proxy;
}

test('https is served with the certificate of the host, and the release learns of it', async () => {
  const { pem } = await makeCertificate(bench.directory, { file: 'shop', host: 'shop.example' });
  const proxy = await serve([pem]);
  const socket = await open('shop.example');

  expect(proxy.url).toBe(`https://shop.example:${tlsPort}`);
  expect(socket.getPeerCertificate().subject.CN).toBe('shop.example');
  expect(await askOn(socket)).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(release.requests[0]?.headers).toMatchObject({
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'shop.example',
  });
  socket.destroy();
});

test('http is sent to https, but for challenges of the certificate authority', async () => {
  const { pem } = await makeCertificate(bench.directory, { file: 'shop', host: 'shop.example' });
  await serve([pem]);
  const at = async (path: string) =>
    await ask(`http://127.0.0.1:${bench.port}${path}`, { headers: { host: 'shop.example' } });
  const redirected = await at('/cart?a=1&b=2');

  expect(redirected.status).toBe(308);
  expect(redirected.headers['location']).toBe(`https://shop.example:${tlsPort}/cart?a=1&b=2`);
  expect((await at('/.well-known/acme-challenge/token')).status).toBe(200);
});

test('a renewed certificate is taken without a restart, and open connections stay', async () => {
  const first = await makeCertificate(bench.directory, { file: 'first', host: 'shop.example' });
  const second = await makeCertificate(bench.directory, { file: 'second', host: 'shop.example' });
  const file = `${bench.directory}/shop.pem`;
  await copyFile(first.pem, file);
  const proxy = await serve([file]);
  const pid = await bench.pid();
  const before = await serialOf('shop.example');
  const kept = await open('shop.example');
  expect(await askOn(kept)).toMatch(/^HTTP\/1\.1 200 OK/);
  await copyFile(second.pem, file);
  await proxy.ensure();

  expect(await serialOf('shop.example')).not.toBe(before);
  expect(await bench.pid()).toBe(pid);
  expect(await askOn(kept)).toMatch(/^HTTP\/1\.1 200 OK/);
  kept.destroy();
});

test('a file that holds no certificate is refused, and the one before goes on to serve', async () => {
  const { pem, key } = await makeCertificate(bench.directory, { file: 'shop', host: 'shop.example' });
  const proxy = await serve([pem]);
  const before = await serialOf('shop.example');
  await copyFile(key, pem);

  await expect(proxy.ensure()).rejects.toMatchObject({ code: 'CERTIFICATE_REFUSED' });
  expect(await serialOf('shop.example')).toBe(before);
  expect(await readFile(`${bench.paths.certificates}/a1-0.pem`, 'utf8')).toContain('BEGIN CERTIFICATE');
});

test('a certificate file that is not there is a problem of the configuration', async () => {
  const proxy = bench.client({ tls: { port: tlsPort, certificates: ['/no/such.pem'] } });

  await expect(proxy.ensure()).rejects.toMatchObject({
    code: 'CERTIFICATE_MISSING',
    problems: [{ path: 'proxy.tls.certificates[0]' }],
  });
});

test('an application with TLS joins one without: the port is taken over, and what is in flight ends', async () => {
  await bench.proxy.ensure();
  await bench.proxy.add(release);
  await bench.proxy.shift({ [release.releaseId]: 100 });
  await bench.proxy.persistStable(release.releaseId);
  const pid = await bench.pid();
  const held = ask(`http://127.0.0.1:${bench.port}/hold`);
  await new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (release.requests.length === 0) return;
      clearInterval(look);
      resolve();
    }, 10);
  });
  const { pem } = await makeCertificate(bench.directory, { file: 'blog', host: 'blog.example' });
  await bench.client({ hosts: ['blog.example'], tls: { port: tlsPort, certificates: [pem] } }, 'blog').ensure();

  expect(await bench.pid()).not.toBe(pid);
  expect((await ask(`http://127.0.0.1:${bench.port}/`)).headers['x-answered-by']).toBe(release.releaseId);
  release.release();
  expect((await held).body.toString()).toBe('begin end');
  expect(await readFile(bench.paths.config, 'utf8')).toContain(`bind 127.0.0.1:${tlsPort} ssl`);
});
