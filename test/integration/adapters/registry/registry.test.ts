import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeExec } from '../../../../src/adapters/node/exec.ts';
import { nodeHttp } from '../../../../src/adapters/node/http.ts';
import { nodeOrphans } from '../../../../src/adapters/node/orphans.ts';
import { dockerLogin } from '../../../../src/adapters/registry/credentials.ts';
import { imageRegistry } from '../../../../src/adapters/registry/registry.ts';
import { createMask } from '../../../../src/domain/secrets/mask.ts';
import type { ImageRegistry } from '../../../../src/ports.ts';
import { type FakeRegistry, openFakeRegistry, putImage } from '../../../fakes/registry.ts';
import { needs } from '../../../requirements.ts';
import { openTestRegistry } from '../../docker/registry.ts';

const needsRegistry = needs('docker-registry');
const sbom = {
  artifactType: 'application/vnd.cyclonedx+json',
  annotations: { of: 'shop' },
  content: '{"bomFormat":"CycloneDX"}',
};

const opened = (login: { user: string; password: string } | null = null): ImageRegistry =>
  imageRegistry({ http: nodeHttp(), clock: { sleep: async () => {} }, login: async () => login });

needsRegistry(
  'what is attached to an image is found again from its digest, in a registry that knows no referrers',
  async () => {
    const server = await openTestRegistry();
    try {
      const image = await putImage(server.address);
      const registry = opened();
      const digest = await registry.attach(image, sbom);
      await registry.attach(image, { ...sbom, artifactType: 'application/vnd.in-toto+json', content: '{}' });

      expect(await registry.attach(image, sbom)).toBe(digest);
      const attached = await opened().attachedTo(image);
      expect(attached.map(({ artifactType }) => artifactType)).toEqual([
        sbom.artifactType,
        'application/vnd.in-toto+json',
      ]);
      expect(attached[0]).toEqual({ digest, artifactType: sbom.artifactType, annotations: { of: 'shop' } });
      expect(await opened().read(image, attached[0] ?? { digest: '', artifactType: '', annotations: {} })).toBe(
        sbom.content,
      );
      expect(await registry.resolve(`${server.address}/shop`, '1.0.0')).toBe(image.split('@')[1]);
    } finally {
      await server.close();
    }
  },
);

needsRegistry('tags are moved to an image without sending it again', async () => {
  const server = await openTestRegistry();
  try {
    const image = await putImage(server.address);
    await opened().tag(image, ['latest', '1.0']);

    for (const tag of ['latest', '1.0']) {
      expect(await opened().resolve(`${server.address}/shop`, tag)).toBe(image.split('@')[1]);
    }
    expect(await opened().resolve(`${server.address}/shop`, 'none')).toBeNull();
    expect(await opened().attachedTo(image)).toEqual([]);
  } finally {
    await server.close();
  }
});

describe('a registry with manners of its own', () => {
  let fake: FakeRegistry;
  beforeEach(async () => {
    fake = await openFakeRegistry();
  });
  afterEach(async () => await fake.close());

  test('that knows referrers is asked for them, and no tag is made', async () => {
    const image = await putImage(fake.address);
    await opened().attach(image, sbom);

    expect((await opened().attachedTo(image)).map(({ artifactType }) => artifactType)).toEqual([sbom.artifactType]);
    expect(fake.asked.filter((line) => line.includes('/manifests/sha256-'))).toEqual([]);
  });

  test('that gives out tokens gets the login where it asks for it, and nobody else does', async () => {
    const image = await putImage(fake.address);
    fake.login = { user: 'ci', password: 'correct-horse' };

    await expect(opened().attachedTo(image)).rejects.toMatchObject({
      code: 'REGISTRY_DENIED',
      family: 'environment',
      hint: expect.stringContaining('docker login') as string,
    });
    await expect(opened({ user: 'ci', password: 'wrong' }).attachedTo(image)).rejects.toMatchObject({
      code: 'REGISTRY_DENIED',
    });
    expect(await opened(fake.login).attachedTo(image)).toEqual([]);
  });

  test('that limits requests is waited for as long as it asks', async () => {
    const image = await putImage(fake.address);
    fake.trouble = [
      { status: 429, headers: { 'retry-after': '7' } },
      { status: 429, headers: { 'retry-after': '2' } },
    ];
    const waits: number[] = [];
    const registry = imageRegistry({
      http: nodeHttp(),
      clock: { sleep: async (ms) => void waits.push(ms) },
      login: async () => null,
    });

    expect(await registry.attachedTo(image)).toEqual([]);
    expect(waits).toEqual([7_000, 2_000]);
  });

  test('that asks to wait for an hour is left to the next run, and its wish is told', async () => {
    const image = await putImage(fake.address);
    fake.trouble = [{ status: 429, headers: { 'retry-after': '3600' } }];

    await expect(opened().attachedTo(image)).rejects.toMatchObject({
      code: 'REGISTRY_LIMITED',
      message: expect.stringContaining('asks to wait 3600 s') as string,
    });
  });

  test('that fails for a moment is asked again; one that stays broken is named with its status', async () => {
    const image = await putImage(fake.address);
    fake.trouble = [{ status: 500 }, { status: 503 }];
    expect(await opened().attachedTo(image)).toEqual([]);

    fake.trouble = Array.from({ length: 4 }, () => ({ status: 500 }));
    await expect(opened().attachedTo(image)).rejects.toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
      facts: { status: 500 },
    });
  });

  test('that is not there at all is told by its address', async () => {
    const registry = imageRegistry({ http: nodeHttp(), clock: { sleep: async () => {} }, login: async () => null });

    await expect(registry.resolve('127.0.0.1:1/shop', 'latest')).rejects.toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
      message: expect.stringContaining('127.0.0.1:1') as string,
    });
  });
});

test('logins are those of the docker command line, kept in its file or by a program', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fairway-login-'));
  try {
    const auth = Buffer.from('ci:correct:horse').toString('base64');
    const config = { auths: { 'registry.example': { auth } }, credHelpers: { 'other.example': 'fairway-test' } };
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    const helper = '#!/bin/sh\nread name\nprintf \'{"Username":"<token>","Secret":"of %s"}\' "$name"\n';
    await writeFile(join(folder, 'docker-credential-fairway-test'), helper, { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, DOCKER_CONFIG: folder };
    const exec = nodeExec({ env, mask: createMask(), orphans: nodeOrphans(folder) });

    expect(await dockerLogin('registry.example', env, exec)).toEqual({ user: 'ci', password: 'correct:horse' });
    expect(await dockerLogin('other.example', env, exec)).toEqual({ user: '<token>', password: 'of other.example' });
    expect(await dockerLogin('nobody.example', env, exec)).toBeNull();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
