import { createHash } from 'node:crypto';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeImageArchives } from '../../../../src/adapters/image/normalise.ts';
import { membersOf } from '../../../../src/adapters/image/tar-file.ts';
import { padded, type TarEntry } from '../../../../src/domain/image/archive/tar.ts';
import { headerBytes } from '../../../../src/domain/image/archive/write-tar.ts';

const epochSeconds = 1_700_000_000;
const rules = { epochSeconds, labels: { 'fairway.built': 'true' } };
let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'fairway-archive-'))));
afterEach(async () => await rm(folder, { recursive: true, force: true }));

const plain: TarEntry = {
  path: '',
  kind: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 0,
  mtime: 0,
  target: '',
  major: 0,
  minor: 0,
  attributes: {},
};

type File = readonly [entry: Partial<TarEntry>, content?: string | Buffer];

function tar(files: readonly File[]): Buffer {
  const parts = files.flatMap(([more, content = '']) => {
    const bytes = Buffer.from(content);
    return [
      headerBytes({ ...plain, ...more, size: bytes.length }),
      bytes,
      Buffer.alloc(padded(bytes.length) - bytes.length),
    ];
  });
  return Buffer.concat([...parts, Buffer.alloc(1_024)]);
}

const sha256 = (bytes: Buffer | string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const base = tar([[{ path: 'z', mtime: 5 }, 'old'], [{ path: 'a', mtime: 5 }]]);
const app = (at: number): Buffer =>
  tar([
    [{ path: 'app/', kind: 'directory', mode: 0o755, mtime: at }],
    [{ path: 'app/page', uid: 1_000, mtime: at + 7 }, 'hello'],
    [{ path: 'app/link', kind: 'symlink', target: 'page', mtime: at }],
    [{ path: `app/${'long'.repeat(60)}`, mtime: at, attributes: { 'security.capability': '\u0001\u0000\u0002' } }, 'x'],
  ]);
const config = (at: string): string =>
  JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created: at,
    config: { User: 'node' },
    history: [],
    rootfs: {},
  });

/** As `docker save` of the classic store writes it, the second layer once more by a link. */
function saved(at: number): Buffer {
  const manifest = [{ Config: 'c.json', RepoTags: null, Layers: ['1/layer.tar', '2/layer.tar'] }];
  return tar([
    [{ path: '1/layer.tar' }, base],
    [{ path: '3/layer.tar' }, app(at)],
    [{ path: '2/layer.tar', kind: 'symlink', target: '../3/layer.tar' }],
    [{ path: 'c.json' }, config(new Date(at * 1_000).toISOString())],
    [{ path: 'manifest.json' }, JSON.stringify(manifest)],
  ]);
}

/** As an engine exports it in the form of OCI, layers packed. */
function layout(at: number): Buffer {
  const layers = [gzipSync(base), zstdCompressSync(app(at))];
  const own = config(new Date(at * 1_000).toISOString());
  const manifest = JSON.stringify({
    config: { digest: sha256(own) },
    layers: layers.map((layer) => ({ digest: sha256(layer) })),
  });
  const blob = (content: Buffer | string): File => [{ path: `blobs/${sha256(content).replace(':', '/')}` }, content];
  const index = JSON.stringify({ manifests: [{ digest: sha256(manifest), platform: { os: 'linux' } }] });
  return tar([[{ path: './index.json' }, index], blob(manifest), blob(own), ...layers.map(blob)]);
}

async function normalised(name: string, archive: Buffer) {
  const from = join(folder, `${name}.tar`);
  await writeFile(from, archive);
  return await nodeImageArchives().normalise(from, join(folder, `${name}.normal.tar`), rules);
}

test('an archive of an engine and an OCI layout of another day give the same image, byte for byte', async () => {
  const one = await normalised('saved', saved(epochSeconds + 100));
  const other = await normalised('layout', layout(epochSeconds + 90_000));

  expect(other).toEqual(one);
  expect(await readFile(join(folder, 'layout.normal.tar'))).toEqual(await readFile(join(folder, 'saved.normal.tar')));
  expect(one.config).toMatchObject({ created: '2023-11-14T22:13:20Z', config: { Labels: rules.labels } });
});

test('what was normalised stays as it is when it is normalised again', async () => {
  const once = await normalised('one', saved(epochSeconds + 100));
  const again = await normalised('two', await readFile(join(folder, 'one.normal.tar')));

  expect(again).toEqual(once);
});

test('the layer of the base keeps its bytes, and owners, links and attributes of the other one stay', async () => {
  const { layers } = await normalised('one', saved(epochSeconds + 100));

  expect(layers[0]?.digest).toBe(sha256(base));
  const file = await open(join(folder, 'one.normal.tar'));
  try {
    const whole = await membersOf({ file, begin: 0, end: (await file.stat()).size });
    const layer = whole.find(({ entry }) => entry.path.endsWith(layers[1]?.digest.slice(7) ?? '?'));
    const begin = layer?.offset ?? 0;
    const members = await membersOf({ file, begin, end: begin + (layer?.entry.size ?? 0) });
    expect(members.map(({ entry }) => [entry.path.slice(0, 12), entry.uid, entry.mtime, entry.target])).toEqual([
      ['app/', 0, epochSeconds, ''],
      ['app/link', 0, epochSeconds, 'page'],
      ['app/longlong', 0, epochSeconds, ''],
      ['app/page', 1_000, epochSeconds, ''],
    ]);
    expect(members[2]?.entry.attributes).toEqual({ 'security.capability': '\u0001\u0000\u0002' });
  } finally {
    await file.close();
  }
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a text', Buffer.from('no archive at all'.repeat(64))],
  ['half of it', saved(epochSeconds).subarray(0, 3_000)],
  ['an image that it only names', tar([[{ path: 'manifest.json' }, '[{"Config":"c","Layers":["gone"]}]']])],
])('%s is refused, not taken for an image', async (_title, archive) => {
  await expect(normalised('bad', archive)).rejects.toMatchObject({ code: 'IMAGE_ARCHIVE_BROKEN' });
});
