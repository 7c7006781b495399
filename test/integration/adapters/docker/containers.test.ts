import { createServer } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { engineAddress } from '../../../../src/adapters/docker/address.ts';
import { askingEngine } from '../../../../src/adapters/docker/ask.ts';
import { dockerCommand, engineConnections } from '../../../../src/adapters/docker/connections.ts';
import { dockerContainers } from '../../../../src/adapters/docker/containers.ts';
import { missing } from '../../../requirements.ts';
import { engineNeeds, needsEngine, openTestEngine, type TestEngine } from '../../docker/engine.ts';

const canRun = missing(engineNeeds) === null;
let engine: TestEngine;

beforeAll(async () => {
  if (canRun) engine = await openTestEngine();
});
afterAll(async () => {
  if (canRun) await engine.close();
});

needsEngine('an engine that only the docker command line knows the way to is asked through it', async () => {
  const address = { kind: 'command', host: engine.host, name: 'the way of the command line' } as const;
  const agent = engineConnections(address, dockerCommand(process.env));
  const ask = askingEngine({ address, agent });
  const answers = await Promise.all([1, 2, 3].map(async () => await ask({ method: 'GET', path: '/info' })));
  agent.destroy();

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
});

needsEngine('what the docker command line says about a way that leads nowhere is told', async () => {
  const address = { kind: 'command', host: 'unix:///nowhere/docker.sock', name: 'nowhere' } as const;
  const agent = engineConnections(address, dockerCommand(process.env));

  await expect(askingEngine({ address, agent })({ method: 'GET', path: '/info' })).rejects.toMatchObject({
    code: 'DOCKER_UNREACHABLE',
    message: expect.stringMatching(/nowhere\/docker\.sock.*no such file/) as string,
  });
  agent.destroy();
});

needsEngine('what an engine refuses is told in its own words', async () => {
  const containers = dockerContainers(process.env)(engine.host);

  expect(await containers.inspect('no-such-container')).toBeNull();
  expect(await containers.image(`sha256:${'ab'.repeat(32)}`)).toBeNull();
  expect(await containers.logs('no-such-container', 10)).toEqual([]);
  await containers.stop('no-such-container', 0);
  await containers.remove('no-such-container');
  await expect(containers.start('no-such-container')).rejects.toMatchObject({
    code: 'DOCKER_REFUSED',
    message: expect.stringContaining('No such container: no-such-container') as string,
    facts: { status: 404 },
  });
});

test('what answers but is no engine is not taken for one', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'fw-'));
  const path = join(directory, 's');
  const server = createServer((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi')),
  );
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const asked = dockerContainers(process.env)(`unix://${path}`).engine();

  await expect(asked).rejects.toMatchObject({
    code: 'DOCKER_UNREACHABLE',
    message: expect.stringContaining('no Docker engine') as string,
  });
  server.close();
  await rm(directory, { recursive: true });
});

test.each(['http://127.0.0.1', 'unix://relative', 'ssh://-oProxyCommand=x', ''])(
  'the address %j of an engine is refused, and none of it reaches a command line',
  (host) => {
    expect(() => engineAddress(host)).toThrowError(expect.objectContaining({ code: 'DOCKER_HOST_INVALID' }) as Error);
  },
);

test('a password in an address of an engine is not shown', () => {
  expect(engineAddress('ssh://deploy:s3cret@host').name).toBe('ssh://deploy@host');
});
