import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { dockerContainers } from '../../../src/adapters/docker/containers.ts';
import { nodeClock } from '../../../src/adapters/node/clock.ts';
import { nodeDaemons } from '../../../src/adapters/node/daemons.ts';
import { nodeFiles } from '../../../src/adapters/node/files.ts';
import { nodeHttp } from '../../../src/adapters/node/http.ts';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { placeNames } from '../../../src/domain/image/names.ts';
import type { ProcessSpec, ReleaseSpec } from '../../../src/domain/rollout/plan.ts';
import { baseEnvironment } from '../../../src/targets/base-environment.ts';
import { dockerTarget } from '../../../src/targets/docker.ts';
import type { Instance, Target, TargetContext, TargetPorts } from '../../../src/targets/target.ts';
import { eventually } from '../../fakes/running.ts';
import { missing } from '../../requirements.ts';
import { engineNeeds, needsEngine, openTestEngine, type TestEngine } from '../docker/engine.ts';
import { ask } from '../proxies/client.ts';
import { commit, type TargetBench, targetContract, web } from './contract.ts';
import { programs } from './programs.ts';

const ports: TargetPorts = {
  files: nodeFiles(),
  daemons: nodeDaemons(),
  http: nodeHttp(),
  ports: nodePorts(),
  clock: nodeClock(),
  containers: dockerContainers(process.env),
  environment: baseEnvironment(process.env, dirname(process.execPath)),
};

let engine: TestEngine;
const canRun = missing(engineNeeds) === null;

beforeAll(async () => {
  if (canRun) engine = await openTestEngine();
});
afterAll(async () => {
  if (canRun) await engine.close();
});

const targetWith = (config: Readonly<Record<string, unknown>>): Target =>
  dockerTarget.create(dockerTarget.schema.parse({ type: 'docker', host: engine.host, ...config }), ports);

async function open(network: 'own' | 'host'): Promise<TargetBench> {
  const directory = await mkdtemp(join(tmpdir(), 'fairway target '));
  return {
    target: targetWith({ network }),
    context: { directory: join(directory, 'app'), scope: { app: 'shop', environment: 'test' } },
    artifact: async (version) => {
      const { 'nested/asset.css': _nested, ...flat } = programs(version);
      const id = await engine.build(flat);
      return { artifact: `image:${id}`, location: id };
    },
    close: async () => await rm(directory, { recursive: true, force: true }),
  };
}

targetContract('containers in a network of their own', async () => await open('own'), needsEngine);
targetContract('containers in the network of the host', async () => await open('host'), needsEngine);

describe('a docker target', () => {
  let context: TargetContext;
  const started: { readonly target: Target; readonly instance: Instance }[] = [];

  beforeEach(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'fairway target '));
    context = { directory, scope: { app: 'shop', environment: 'test' } };
  });
  afterEach(async () => {
    for (const { target, instance } of started.splice(0)) {
      await target.stop(instance, 0);
      await target.discard(instance.releaseId, context);
    }
    await rm(context.directory, { recursive: true, force: true });
  });

  async function release(
    files: Readonly<Record<string, string>>,
    more: Partial<ReleaseSpec> = {},
    lines: readonly string[] = [],
  ): Promise<ReleaseSpec> {
    const id = await engine.build(files, lines);
    const version = '1.4.0';
    const made = { artifact: `image:${id}`, location: id, version, commit, id: `${version}-3f2a91c` };
    return { ...made, processes: [web], env: {}, secretNames: [], ...more };
  }

  async function start(
    target: Target,
    spec: ReleaseSpec,
    process: Partial<ProcessSpec> = {},
    secrets: Readonly<Record<string, string>> = {},
    at: TargetContext = context,
  ): Promise<Instance> {
    await target.prepare(spec, at);
    const instance = await target.start(spec, { ...web, ...process }, secrets, at);
    started.push({ target, instance });
    return instance;
  }

  const answer = async ({ address }: Instance, path = '/'): Promise<string> =>
    await eventually(async () => {
      const reply = await ask(`http://${address}${path}`).catch(() => null);
      return reply === null ? null : reply.body.toString();
    });
  const untilEnded = async (target: Target, instance: Instance): Promise<unknown> =>
    await eventually(async () => !(await target.isRunning(instance)) || null);
  const environmentServer = programs('1.4.0')['server.js'] ?? '';

  needsEngine('a process that needs more memory than it may have is killed, and said to be', async () => {
    const target = targetWith({ memory: '48MB' });
    const greedy = 'const all = []; for (;;) all.push(Buffer.alloc(1e7, 1));';
    const instance = await start(target, await release({ 'server.js': greedy }));
    await untilEnded(target, instance);

    expect(await target.explain?.(instance)).toBe(
      'it needed more than its 48.0 MB of memory and was killed (exit code 137)',
    );
  });

  needsEngine('a process that listens on another port is said to, with both numbers', async () => {
    const target = targetWith({});
    const other = `require('node:http').createServer((_, response) => response.end('x')).listen(3000, '0.0.0.0');`;
    const instance = await start(target, await release({ 'server.js': other }));
    const words = await eventually(async () => (await target.explain?.(instance)) ?? null);

    expect(words).toBe('it listens on 3000, not on 8080, which PORT tells it');
  });

  needsEngine('a process that ends by itself is said to, with its exit code', async () => {
    const target = targetWith({});
    const instance = await start(target, await release({ 'server.js': 'setTimeout(() => process.exit(3), 300);' }));
    expect(await target.isRunning(instance)).toBe(true);
    await untilEnded(target, instance);

    expect(await target.explain?.(instance)).toBe('it ended with exit code 3');
  });

  needsEngine('a container that somebody else removed does not run, and can be started again', async () => {
    const target = targetWith({});
    const spec = await release({ 'server.js': environmentServer });
    const first = await start(target, spec);
    await engine.docker('rm', '--force', 'container' in first.handle ? first.handle.container : '');

    expect(await target.isRunning(first)).toBe(false);
    expect(await target.explain?.(first)).toBe('its container was removed by somebody else');
    expect(await answer(await start(target, spec))).toBe('1.4.0');
  });

  needsEngine('the HEALTHCHECK of the image says when a process without a ready path can take traffic', async () => {
    const target = targetWith({});
    const check = `HEALTHCHECK --interval=200ms --timeout=2s --retries=2 CMD cat /tmp/well`;
    const server = `setTimeout(() => require('node:fs').writeFileSync('/tmp/well', ''), 600);${environmentServer}`;
    const instance = await start(target, await release({ 'server.js': server }, {}, [check]), { readyPath: null });

    expect(await target.reasonToWait?.(instance)).toMatch(/^its health check says starting/);
    await eventually(async () => (await target.reasonToWait?.(instance)) === null || null);
    const broken = `${environmentServer}`;
    const other = await release({ 'server.js': broken }, { id: '1.5.0-3f2a91c', version: '1.5.0' }, [check]);
    const ill = await start(target, other, { readyPath: null });
    const words = await eventually(async () => {
      const said = (await target.reasonToWait?.(ill)) ?? '';
      return said.includes('unhealthy') ? said : null;
    });
    expect(words).toMatch(/^its health check says unhealthy: .*\/tmp\/well/);
  });

  needsEngine('what cannot work is refused before anything is touched, each reason with its mending line', async () => {
    const spec = await release(
      { 'server.js': '' },
      {
        processes: [{ ...web, readyPath: null, stopGraceMs: 0 }],
        env: { CACHE_URL: 'redis://localhost:6379/0' },
      },
    );
    const refusals = await targetWith({ memory: '900GB' }).preflight?.(spec, { API: 'http://127.0.0.1:4000' }, context);

    expect(refusals?.map(({ code, mend }) => [code, mend.replace(/\d+MB/, 'XMB')])).toEqual([
      ['NO_HEALTH_CHECK', 'processes.web.ready.path: /health'],
      ['NO_GRACEFUL_STOP', 'processes.web.stopGrace: 10s'],
      ['NO_ROOM_FOR_TWO', 'target.memory: XMB'],
      ['LOOPBACK_IN_CONTAINER', 'target.network: host'],
      ['LOOPBACK_IN_CONTAINER', 'target.network: host'],
    ]);
    expect(await targetWith({ network: 'host' }).preflight?.({ ...spec, processes: [web] }, {}, context)).toEqual([]);
  });

  needsEngine('a secret that names a server on this host is refused where containers cannot reach it', async () => {
    const spec = await release({ 'server.js': environmentServer });
    const target = targetWith({});

    await expect(
      start(target, spec, {}, { DATABASE_URL: 'postgres://a:s3cret@127.0.0.1:5432/a' }),
    ).rejects.toMatchObject({
      code: 'LOOPBACK_IN_CONTAINER',
      message: expect.not.stringContaining('s3cret') as string,
    });
  });

  needsEngine('an image by a name, or one that the engine does not have, is refused', async () => {
    const target = targetWith({});
    const spec = await release({ 'server.js': '' });
    const unknown = `sha256:${'ab'.repeat(32)}`;

    await expect(target.prepare({ ...spec, artifact: 'shop:latest' }, context)).rejects.toMatchObject({
      code: 'IMAGE_NOT_BY_DIGEST',
    });
    await expect(
      target.prepare({ ...spec, artifact: `image:${unknown}`, location: unknown }, context),
    ).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' });
  });

  needsEngine('secrets as files are in no variable, and readable for any user of the container', async () => {
    const target = targetWith({ secrets: 'files', user: '1000:1000' });
    const server = `const { readFileSync } = require('node:fs');
      require('node:http').createServer((_, response) => response.end(JSON.stringify({
        file: readFileSync(process.env.PASSWORD_FILE, 'utf8'), variable: process.env.PASSWORD ?? null,
      }))).listen(process.env.PORT, process.env.HOST);`;
    const spec = await release({ 'server.js': server });
    const instance = await start(target, spec, {}, { PASSWORD: 's3cret' });

    expect(JSON.parse(await answer(instance))).toEqual({ file: 's3cret', variable: null });
    const folder = join(context.directory, 'secret-files', spec.id);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(
      await engine.docker('inspect', 'container' in instance.handle ? instance.handle.container : ''),
    ).not.toContain('s3cret');
    await target.stop(instance, 0);
    await target.discard(spec.id, context);
    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });

  needsEngine('a volume outlives its release, and a rehearsal never sees it', async () => {
    const target = targetWith({ volumes: { uploads: '/uploads' } });
    const server = `const { existsSync, writeFileSync } = require('node:fs');
      const was = existsSync('/uploads/cat.png');
      if (existsSync('/uploads')) writeFileSync('/uploads/cat.png', '');
      require('node:http').createServer((_, response) => response.end(String(was))).listen(process.env.PORT, process.env.HOST);`;
    const spec = await release({ 'server.js': server });
    const first = await start(target, spec);
    expect(await answer(first)).toBe('false');
    await target.stop(first, 0);
    await target.discard(spec.id, context);

    expect(await answer(await start(target, { ...spec, id: '1.5.0-3f2a91c' }))).toBe('true');
    const rehearsal = { directory: join(context.directory, 'rehearsal'), isRehearsal: true };
    const rehearsed = await start(target, spec, {}, {}, rehearsal);
    expect(await answer(rehearsed)).toBe('false');
    await target.stop(rehearsed, 0);
    await target.discard(spec.id, rehearsal);
  });

  needsEngine('a rehearsal reaches servers that listen on the loopback interface of the host only', async () => {
    const server = createServer((_, response) => response.end('from the host'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const program = `require('node:http').createServer(async (_, response) =>
      response.end(await (await fetch(process.env.API)).text())).listen(process.env.PORT, process.env.HOST);`;
    const target = targetWith({ network: 'own' });
    const at = { directory: join(context.directory, 'rehearsal'), isRehearsal: true };
    const spec = await release({ 'server.js': program });
    const instance = await start(target, spec, {}, { API: `http://127.0.0.1:${port}/` }, at);

    expect(await answer(instance)).toBe('from the host');
    await target.stop(instance, 0);
    await target.discard(spec.id, at);
    server.close();
  });

  needsEngine('a container can be reached by its own address', async () => {
    const instance = await start(targetWith({ reach: 'container' }), await release({ 'server.js': environmentServer }));

    expect(await answer(instance)).toBe('1.4.0');
    expect(instance.address).not.toContain('127.0.0.1');
  });

  needsEngine('a container says whose it is, keeps to its limits, and is started again by nobody else', async () => {
    const target = targetWith({ memory: '64MiB', cpus: 0.5, pids: 50 });
    const spec = await release({ 'server.js': environmentServer });
    const instance = await start(target, spec);
    const [view] = JSON.parse(
      await engine.docker('inspect', 'container' in instance.handle ? instance.handle.container : ''),
    ) as [Record<string, Record<string, unknown>>];

    expect(view['Config']?.['Labels']).toMatchObject({
      'fairway.app': 'shop',
      'fairway.environment': 'test',
      'fairway.release': spec.id,
      'fairway.process': 'web',
      'fairway.artifact': spec.artifact,
    });
    expect(view['Config']?.['Image']).toBe(spec.location);
    expect(view['HostConfig']).toMatchObject({
      Memory: 64 * 1024 ** 2,
      NanoCpus: 5e8,
      PidsLimit: 50,
      RestartPolicy: { Name: 'no' },
    });
  });

  needsEngine('what was discarded leaves no container, no network and no name of an image', async () => {
    const target = targetWith({});
    const spec = await release({ 'server.js': environmentServer });
    const instance = await start(target, spec);
    await answer(instance);
    await target.stop(instance, 0);
    await target.discard(spec.id, context);

    const { mark } = placeNames(context);
    expect(await engine.docker('ps', '-a', '--format', '{{.Names}}')).not.toContain(mark);
    expect(await engine.docker('network', 'ls', '--format', '{{.Name}}')).not.toContain(mark);
    expect(await engine.docker('images', '--format', '{{.Repository}}')).not.toContain(mark);
  });

  needsEngine('an engine that was started again gets its containers back from whoever kept the journal', async () => {
    const target = targetWith({});
    const spec = await release({ 'server.js': environmentServer });
    const first = await start(target, spec);
    await answer(first);
    await engine.restart();

    expect(await target.isRunning(first)).toBe(false);
    const second = await start(target, spec);
    expect(await answer(second)).toBe('1.4.0');
  });

  needsEngine('an engine that is not there is named, with what to do', async () => {
    const config = dockerTarget.schema.parse({ type: 'docker', host: 'unix:///nowhere/docker.sock' });
    const away = dockerTarget.create(config, ports);
    const spec = await release({ 'server.js': '' });

    await expect(away.prepare(spec, context)).rejects.toMatchObject({
      code: 'DOCKER_UNREACHABLE',
      family: 'environment',
      message: expect.stringContaining('unix:///nowhere/docker.sock') as string,
    });
  });

  needsEngine('what listens on the host says nothing about a container that shares its network', async () => {
    const target = targetWith({ network: 'host' });
    const instance = await start(target, await release({ 'server.js': 'setInterval(() => {}, 1000);' }));

    expect(await readFile('/proc/net/tcp', 'utf8')).toContain(' 0A ');
    expect(await target.explain?.(instance)).toBeNull();
  });
});
