import { expect, test } from 'vitest';
import { loopbacksIn, unfit } from '../../../../src/domain/image/fitness.ts';
import type { ProcessSpec, ReleaseSpec } from '../../../../src/domain/rollout/plan.ts';

const web: ProcessSpec = {
  name: 'web',
  argv: ['node', 'server.js'],
  traffic: true,
  singleton: false,
  env: {},
  readyPath: '/ready',
  readyTimeoutMs: 10_000,
  stopGraceMs: 5_000,
  maxRestarts: 3,
};

const release = (processes: readonly ProcessSpec[], env: Readonly<Record<string, string>> = {}): ReleaseSpec => ({
  id: '1.4.0-3f2a91c',
  version: '1.4.0',
  commit: '3f2a91c0000000000000000000000000000000ab',
  artifact: `image:sha256:${'ab'.repeat(32)}`,
  location: `sha256:${'ab'.repeat(32)}`,
  processes,
  env,
  secretNames: [],
});

const image = { architecture: 'amd64', hasHealthCheck: false };
const engine = { architecture: 'amd64', memoryBytes: 1_000_000_000 };
const codes = (...given: Parameters<typeof unfit>): readonly string[] => unfit(...given).map(({ code }) => code);

test('a release with a ready path and a stop grace is fit', () => {
  expect(codes(release([web]), image, engine, { network: 'own', memory: 256_000_000 })).toEqual([]);
});

test('the health check of the image stands in for a ready path', () => {
  const process = { ...web, readyPath: null };

  expect(codes(release([process]), image, engine, { network: 'own' })).toEqual(['NO_HEALTH_CHECK']);
  expect(codes(release([process]), { ...image, hasHealthCheck: true }, engine, { network: 'own' })).toEqual([]);
});

test('a process without traffic needs neither health check nor stop grace', () => {
  const worker = { ...web, name: 'worker', traffic: false, readyPath: null, stopGraceMs: 0 };

  expect(codes(release([web, worker]), image, engine, { network: 'own' })).toEqual([]);
});

test('an image for another architecture is refused with both names', () => {
  const [found] = unfit(release([web]), { ...image, architecture: 'arm64' }, engine, { network: 'own' });

  expect(found).toEqual({
    code: 'WRONG_ARCHITECTURE',
    reason: 'the image is for arm64, and the engine runs amd64',
    mend: 'build it for linux/amd64',
  });
});

test.each(['ssh://deploy@shop.example', 'tcp://10.0.0.7:2376', 'tcp://127.0.0.1.example.org:2376'])(
  'an engine at %s is on another host',
  (host) => {
    const [found] = unfit(release([web]), image, engine, { network: 'own', host });

    expect(found?.code).toBe('ENGINE_ELSEWHERE');
    expect(found?.reason).not.toContain('deploy@');
  },
);

test.each(['unix:///run/docker.sock', 'tcp://127.0.0.1:2375', 'tcp://localhost:2375'])(
  'an engine at %s is on this host',
  (host) => {
    expect(codes(release([web]), image, engine, { network: 'own', host })).toEqual([]);
  },
);

test('two releases side by side must fit into the memory of the engine', () => {
  const [found] = unfit(release([web]), image, engine, { network: 'own', memory: 600_000_000 });

  expect(found).toEqual({
    code: 'NO_ROOM_FOR_TWO',
    reason: 'two releases of one process with 600.0 MB each need 1.2 GB, and the engine has 1.0 GB',
    mend: 'target.memory: 500MB',
  });
});

test.each([
  ['postgres://shop:s3cret@127.0.0.1:5432/shop', true],
  ['redis://localhost', true],
  ['http://[::1]:3000/', true],
  ['http://127.0.0.1.example.org/', false],
  ['postgres://127.0.0.1@db.example.org/shop', false],
  ['127.0.0.1', false],
  ['a sentence about http://localhost', false],
])('whether %s names a server of this machine: %s', (value, is) => {
  expect(loopbacksIn({ URL: value })).toEqual(is ? ['URL'] : []);
});
