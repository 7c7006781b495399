import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isRunning } from '../../fakes/running.ts';
import type { TestBackend } from './backend.ts';
import { startBackend } from './backend.ts';
import { ask, askMany, eventually } from './client.ts';
import { proxyContract } from './contract.ts';
import type { EmbeddedBench } from './embedded-bench.ts';
import { openEmbedded } from './embedded-bench.ts';

proxyContract('the embedded proxy', async () => await openEmbedded());

describe('an embedded proxy', () => {
  let bench: EmbeddedBench;
  let release: TestBackend;
  const url = (path: string): string => `${bench.proxy.url}${path}`;

  beforeEach(async () => {
    bench = await openEmbedded();
    release = await startBackend('1.4.0-abcdef0');
  });
  afterEach(async () => {
    await bench.close();
    await release.die();
  });

  async function serve(): Promise<void> {
    await bench.proxy.ensure();
    await bench.proxy.add(release);
    await bench.proxy.shift({ [release.releaseId]: 100 });
    await bench.proxy.persistStable(release.releaseId);
  }

  test('that runs is left alone, whoever asks', async () => {
    await serve();
    const pid = await bench.pid();
    await bench.proxy.ensure();
    await bench.client().ensure();

    expect(await bench.pid()).toBe(pid);
    expect(await askMany(url('/'), 20)).toEqual({ [release.releaseId]: 20 });
  });

  test('can be asked by this user only', async () => {
    await serve();
    const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

    expect(await modeOf(bench.context.runDirectory)).toBe('700');
    expect(await modeOf(join(bench.context.runDirectory, `proxy-${bench.port}.sock`))).toBe('600');
    expect(await modeOf(join(bench.context.directory, 'proxy'))).toBe('700');
    expect(await modeOf(join(bench.context.directory, 'proxy/state.json'))).toBe('600');
    expect(await modeOf(join(bench.context.directory, 'proxy/proxy.log'))).toBe('600');
  });

  test('says who has its port, when another program has it', async () => {
    const foreign = createServer();
    await new Promise<void>((resolve) => foreign.listen(bench.port, '127.0.0.1', resolve));
    const ensured = bench.proxy.ensure();

    await expect(ensured).rejects.toMatchObject({ code: 'PORT_TAKEN', family: 'environment' });
    await expect(ensured).rejects.toThrow(`port ${bench.port} on 127.0.0.1 is taken by process ${process.pid} (`);
    foreign.close();
  });

  test('says whose proxy has its port, and neither obeys nor ends for another application', async () => {
    await serve();
    const other = bench.client({}, { directory: join(bench.context.directory, '../other') });

    await expect(other.ensure()).rejects.toThrow(`is taken by Fairway's proxy of ${bench.context.directory} (process `);
    await expect(other.stats()).rejects.toMatchObject({ code: 'OTHER_PROXY' });
    await other.stop();
    expect(await askMany(url('/'), 20)).toEqual({ [release.releaseId]: 20 });
  });

  test('that hangs is replaced, and the stable release serves again', async () => {
    await serve();
    const pid = await bench.pid();
    process.kill(pid, 'SIGSTOP');
    await bench.proxy.ensure();

    expect(isRunning(pid)).toBe(false);
    expect(await bench.pid()).not.toBe(pid);
    expect(await askMany(url('/'), 20)).toEqual({ [release.releaseId]: 20 });
  });

  test('moves to another port when the configuration says so', async () => {
    await serve();
    const moved = bench.client({ port: await bench.ports.ports.free() });
    await moved.ensure();

    expect((await ask(`${moved.url}/`)).headers['x-answered-by']).toBe(release.releaseId);
    await expect(ask(url('/'))).rejects.toThrow('ECONNREFUSED');
    await moved.stop();
    await expect(ask(`${moved.url}/`)).rejects.toThrow('ECONNREFUSED');
  });

  test('takes new settings while it runs', async () => {
    await serve();
    expect((await ask(url('/'))).headers).not.toHaveProperty('x-fairway-release');
    await bench.client({ releaseHeader: true }).ensure();

    expect((await ask(url('/'))).headers['x-fairway-release']).toBe(release.releaseId);
  });

  test('answers 504 when a release is silent for too long, and counts it as an error', async () => {
    await serve();
    await bench.client({ responseTimeout: '300ms' }).ensure();
    const { status, body } = await ask(url('/never'));

    expect(status).toBe(504);
    expect(body.toString()).toBe('The application did not answer in time.\n');
    expect(await bench.proxy.stats()).toMatchObject([{ requests: 1, errors: 1 }]);
  });

  test('does not blame a release for a client that stops sending, or stops reading', async () => {
    await serve();
    await bench.client({ responseTimeout: '300ms' }).ensure();
    const sending = connect(bench.port, '127.0.0.1');
    sending.write('POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf');
    const reading = connect(bench.port, '127.0.0.1');
    reading.write('GET /large?n=50000000 HTTP/1.1\r\nhost: a\r\n\r\n');
    sending.resume();
    const ended = once(sending, 'close');
    await eventually(async () => (await inFlight()) === 2, 'both in flight');
    await ended;
    await eventually(async () => (await inFlight()) === 0, 'nothing in flight');

    expect(await bench.proxy.stats()).toMatchObject([{ errors: 0, inFlight: 0 }]);
    reading.destroy();
  });
  async function inFlight(): Promise<number> {
    return (await bench.proxy.stats()).reduce((sum, stats) => sum + stats.inFlight, 0);
  }

  test('lets what is in flight end when it is told to end itself', async () => {
    await serve();
    const held = ask(url('/hold'));
    await eventually(async () => (await inFlight()) === 1, 'one request in flight');
    const stopping = bench.proxy.stop();
    await eventually(
      async () =>
        await ask(url('/')).then(
          () => false,
          () => true,
        ),
      'nothing new is accepted',
    );
    release.release();

    expect((await held).body.toString()).toBe('begin end');
    await stopping;
  });

  test('that was stopped remembers no release', async () => {
    await serve();
    const pid = await bench.pid();
    await bench.proxy.stop();
    await bench.proxy.stop();
    expect(isRunning(pid)).toBe(false);
    await bench.proxy.ensure();

    expect((await ask(url('/'))).status).toBe(503);
  });

  test('serves nobody rather than a guess when its memory cannot be read', async () => {
    await serve();
    await bench.crash();
    await writeFile(join(bench.context.directory, 'proxy/state.json'), '{"stable":');
    await bench.proxy.ensure();

    expect((await ask(url('/'))).status).toBe(503);
    await serve();
    expect((await ask(url('/'))).status).toBe(200);
  });

  test('that cannot start says what it said', async () => {
    const broken = { runtime: { node: process.execPath, bundle: join(bench.context.directory, 'no-bundle') } };
    await bench.ports.files.writeAtomic(join(broken.runtime.bundle, 'proxy.js'), 'throw new Error("out of order")');

    await expect(bench.client({}, broken).ensure()).rejects.toMatchObject({
      code: 'PROXY_NOT_STARTED',
      message: expect.stringContaining('Error: out of order') as string,
    });
    await expect(bench.pid()).rejects.toThrow('no proxy was started');
  });

  test('says so when the path of its socket is too long for the system', async () => {
    const long = { runDirectory: join(bench.context.runDirectory, 'x'.repeat(100)) };

    await expect(bench.client({}, long).ensure()).rejects.toMatchObject({ code: 'SOCKET_PATH_TOO_LONG' });
  });

  test('writes nothing to its log while all is well', async () => {
    await serve();
    await askMany(url('/'), 200);

    expect(await readFile(join(bench.context.directory, 'proxy/proxy.log'), 'utf8')).toBe('');
  });
});
