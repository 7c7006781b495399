import { describe, expect, test } from 'vitest';
import { buildArgv, testArgv } from '../../../../src/domain/image/argv.ts';
import { imageArtifact, imageId } from '../../../../src/domain/image/digest.ts';
import { imageLabels } from '../../../../src/domain/image/labels.ts';
import { listeningPorts } from '../../../../src/domain/image/listening-ports.ts';
import { placeNames } from '../../../../src/domain/image/names.ts';

const id = `sha256:${'ab'.repeat(32)}`;

test('an image is known by its digest and by nothing else', () => {
  expect(imageId(imageArtifact(id))).toBe(id);
  expect(imageId('image:shop:latest')).toBeNull();
  expect(imageId(`directory:${id}`)).toBeNull();
  expect(imageId(`image:${id}0`)).toBeNull();
});

describe('names', () => {
  const scope = { app: 'shop', environment: 'production' };

  test('the same place has the same names, another one of the same application others', () => {
    const one = placeNames({ directory: '/state/apps/shop/production', scope });
    const again = placeNames({ directory: '/state/apps/shop/production', scope });
    const other = placeNames({ directory: '/elsewhere/apps/shop/production', scope });

    expect(one.container('1.4.0-3f2a91c', 'web')).toMatch(/^fairway-shop-production-web-1\.4\.0-3f2a91c-[0-9a-f]{8}$/);
    expect(again.container('1.4.0-3f2a91c', 'web')).toBe(one.container('1.4.0-3f2a91c', 'web'));
    expect(other.container('1.4.0-3f2a91c', 'web')).not.toBe(one.container('1.4.0-3f2a91c', 'web'));
  });

  test('a volume belongs to the environment, so that releases and places share it', () => {
    expect(placeNames({ directory: '/a', scope }).volume('uploads')).toBe('fairway-shop-production-uploads');
    expect(placeNames({ directory: '/b', scope }).volume('uploads')).toBe('fairway-shop-production-uploads');
  });
});

test('the ports that something listens on are read from the table of the kernel, without the resolver of the engine', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000
   1: 00000000:0BB8 00000000:0000 0A 00000000:00000000
   2: 0B00007F:A1A9 00000000:0000 0A 00000000:00000000
   3: 0100007F:1F90 0100007F:C350 01 00000000:00000000
   4: 00000000000000000000000000000000:0BB8 00000000000000000000000000000000:0000 0A 00000000:00000000`;

  expect(listeningPorts(table)).toEqual([3_000, 8_080]);
});

test('a build is asked for with its arguments and without labels, which would spoil the cache of the builder', () => {
  const build = { dockerfile: '/s/tree/Dockerfile', args: { BASE_IMAGE: 'node:24' } };

  expect(buildArgv({ ...build, idFile: '/s/id', source: '/s/tree' }).join(' ')).toBe(
    'build --build-arg BASE_IMAGE=node:24 --file /s/tree/Dockerfile --iidfile /s/id /s/tree',
  );
});

test('a secret of a build is named by its file, never by its value', () => {
  const build = { dockerfile: '/s/Dockerfile', args: {}, secrets: { npm: '/s/secret-0' }, ssh: true };
  const argv = buildArgv({ ...build, target: 'web', platform: 'linux/arm64', idFile: '/s/id', source: '/s/tree' });

  expect(argv.join(' ')).toBe(
    'build --target web --platform linux/arm64 --secret id=npm,src=/s/secret-0 --ssh default --file /s/Dockerfile --iidfile /s/id /s/tree',
  );
});

test('an image names its commit and version by the labels of OCI, and dates itself by the commit', () => {
  expect(imageLabels({ commit: 'c0ffee', version: '1.4.0', sourceDateEpoch: 0 })).toEqual({
    'org.opencontainers.image.revision': 'c0ffee',
    'org.opencontainers.image.version': '1.4.0',
    'org.opencontainers.image.created': '1970-01-01T00:00:00.000Z',
  });
});

test('a test runs its program itself, whatever the image would start', () => {
  const argv = testArgv({ name: 'fairway-test-1', image: id, argv: ['node', '--test'], env: { A: '1' }, network: 'n' });

  expect(argv.join(' ')).toBe(`run --name fairway-test-1 --network n --env A=1 --entrypoint node ${id} --test`);
});
