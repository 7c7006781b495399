import { once } from 'node:events';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { eventually } from '../../fakes/running.ts';
import { makeCertificate } from '../../fixtures/certificate.ts';
import { startLoad } from '../../load/load.ts';
import { missing, needs } from '../../requirements.ts';
import { type Bundle, openBundle } from './bundle.ts';
import { engineNeeds, openTestEngine, slowMs, type TestEngine } from './engine.ts';
import { common, goodServer, openTiny, type Tiny } from './tiny.ts';

const needed = [...engineNeeds, 'haproxy', 'openssl'] as const;
const canRun = missing(needed) === null;

let engine: TestEngine;
let bundle: Bundle;
let tiny: Tiny | null = null;

beforeAll(async () => {
  if (!canRun) return;
  [engine, bundle] = await Promise.all([openTestEngine(), openBundle()]);
  await engine.base();
});
afterAll(async () => {
  if (!canRun) return;
  await engine.close();
  await bundle.close();
});
afterEach(async () => {
  await tiny?.fairway(['down', '--yes'], { CERTIFICATE: 'none' });
  await tiny?.close();
});

async function serialAt(port: number): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, servername: 'shop.example', rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate().serialNumber;
  } finally {
    socket.destroy();
  }
}

needs(...needed)(
  'certificates come as a secret, or as a file of the host that is renewed without losing a request',
  async () => {
    const [port, tlsPort] = [await nodePorts().free(), await nodePorts().free()];
    const folder = `${engine.directory}/certificates`;
    const configuration = (certificate: string, more = '') => `${common}
build: { args: { BASE_IMAGE: env:BASE_IMAGE } }
target: { type: docker${more} }
proxy: { type: haproxy, port: ${port}, tls: { port: ${tlsPort}, certificates: ["${certificate}"] } }
`;
    const app = await openTiny(engine, configuration('env:CERTIFICATE'), goodServer('one'), bundle.cli);
    tiny = app;
    await mkdir(folder);
    const [first, second] = [
      await makeCertificate(engine.directory, { file: 'first', host: 'shop.example' }),
      await makeCertificate(engine.directory, { file: 'second', host: 'shop.example' }),
    ];
    const CERTIFICATE = await readFile(first.pem, 'utf8');
    const shipped = await app.fairway(['ship'], { CERTIFICATE });
    expect(shipped.document.code, JSON.stringify(shipped.document.result['error'])).toBe('RELEASED');
    const serial = await serialAt(tlsPort);
    const key = (await readFile(first.key, 'utf8')).split('\n')[1] ?? '';
    const ids = (await engine.docker('ps', '--quiet')).split('\n');
    expect(JSON.stringify(shipped.document)).not.toContain(key);
    expect(await engine.docker('inspect', ...ids)).not.toContain(key);
    for (const id of ids) expect(await engine.docker('logs', id)).not.toContain(key);

    await copyFile(first.pem, `${folder}/shop.pem`);
    await app.write('fairway.yml', configuration(`${folder}/shop.pem`, `, certificates: "${folder}"`));
    await app.commit('feat: two', goodServer('two'));
    expect((await app.fairway(['ship'])).document.code).toBe('RELEASED');
    expect(await serialAt(tlsPort)).toBe(serial);
    const load = startLoad({ url: `http://127.0.0.1:${port}`, requestsPerSecond: 50, freshShare: 0.5 });
    await copyFile(second.pem, `${folder}/shop.pem`);
    await eventually(async () => (await serialAt(tlsPort)) !== serial || null);
    expect((await load.stop()).failures).toEqual([]);
  },
  slowMs,
);
