import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, normalConfig } from '../../../../src/domain/image/archive/config.ts';
import { normalLayer } from '../../../../src/domain/image/archive/layer.ts';
import { imageParts } from '../../../../src/domain/image/archive/layout.ts';
import {
  characters,
  noExtras,
  padded,
  readHeader,
  readRecords,
  type TarEntry,
  type TarExtras,
} from '../../../../src/domain/image/archive/tar.ts';
import { bytesOf, headerBytes } from '../../../../src/domain/image/archive/write-tar.ts';

const epoch = 1_700_000_000;
const entry = (more: Partial<TarEntry>): TarEntry => ({
  path: 'app/page',
  kind: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 0,
  mtime: epoch,
  target: '',
  major: 0,
  minor: 0,
  attributes: {},
  ...more,
});

/** What a reader of archives makes of the header of one member. */
function readBack(bytes: Uint8Array): TarEntry {
  let extras: TarExtras = noExtras;
  for (let at = 0; at < bytes.length;) {
    const header = readHeader(bytes.subarray(at, at + 512), extras);
    at += 512;
    if (header.kind === 'entry') return header.entry;
    if (header.kind !== 'records') throw new Error(header.kind);
    extras = { ...extras, records: readRecords(bytes.subarray(at, at + header.size)) };
    at += padded(header.size);
  }
  throw new Error('no member');
}

describe('members of an archive', () => {
  const names = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 300 })
    .map((text) => characters(new TextEncoder().encode(text)).replaceAll(/[\0/]/g, '_'));

  test('are read as they were written, whatever their names, owners and sizes', () => {
    const entries = fc.record({
      path: names,
      uid: fc.nat(4_000_000_000),
      gid: fc.nat(3_000_000),
      size: fc.nat(20_000_000_000),
      mode: fc.nat(0o7777),
      mtime: fc.nat(epoch * 8),
      attributes: fc.dictionary(fc.stringMatching(/^[a-z.]+$/), names),
    });
    fc.assert(
      fc.property(entries, (more) => {
        const written = entry({ ...more, attributes: { ...more.attributes } });
        expect(readBack(headerBytes(written))).toEqual(written);
      }),
    );
  });

  test('have a header that other programs know: the sum of its bytes is in it', () => {
    expect(characters(headerBytes(entry({})).subarray(148, 156))).toMatch(/^[0-7]{6}\0 $/);
  });

  test('of a kind that nobody knows are named instead of guessed', () => {
    const bytes = headerBytes(entry({}));
    bytes[156] = 'Q'.charCodeAt(0);
    expect(readHeader(bytes, noExtras)).toMatchObject({ kind: 'unreadable' });
  });

  test('keep bytes that are no text', () => {
    expect(characters(bytesOf('\u00ff\u0001z'))).toBe('\u00ff\u0001z');
  });
});

describe('a layer', () => {
  const at = (path: string, more: Partial<TarEntry> = {}) => ({ entry: entry({ path, ...more }), offset: 0 });

  test('with something newer than the commit is sorted and clamped, and owners stay', () => {
    const layer = [at('b', { mtime: epoch + 9, uid: 1_000 }), at('a/', { kind: 'directory', mtime: 5 }), at('a/x')];

    expect(normalLayer(layer, epoch)?.map((one) => [one.entry.path, one.entry.mtime, one.entry.uid])).toEqual([
      ['a/', 5, 0],
      ['a/x', epoch, 0],
      ['b', epoch, 1_000],
    ]);
  });

  test('in which nothing is newer than the commit is of the base image and stays as it is', () => {
    expect(normalLayer([at('b'), at('a', { mtime: 5 })], epoch)).toBeNull();
  });

  test('has hard links after what they lead to', () => {
    const layer = [at('a', { kind: 'link', target: 'z' }), at('z', { mtime: epoch + 1 })];

    expect(normalLayer(layer, epoch)?.map((one) => one.entry.path)).toEqual(['z', 'a']);
  });

  test('that names a path twice keeps the later one', () => {
    const layer = [at('a', { size: 1 }), at('a', { size: 2, mtime: epoch + 1 })];

    expect(normalLayer(layer, epoch)?.map((one) => one.entry.size)).toEqual([2]);
  });
});

describe('the configuration of an image', () => {
  const raw = (created: string, container: string) => ({
    architecture: 'amd64',
    os: 'linux',
    created,
    container,
    docker_version: '20.10.24',
    container_config: { Hostname: container },
    'moby.buildkit.buildinfo.v1': 'e30=',
    config: {
      Hostname: container,
      Image: `sha256:${container}`,
      User: 'node',
      Env: ['A=1'],
      Cmd: ['node'],
      Labels: null,
    },
    history: [
      { created: '2020-01-01T00:00:00.5Z', created_by: 'ADD base /' },
      { created, created_by: 'USER node', comment: 'buildkit.dockerfile.v0', empty_layer: true },
    ],
    rootfs: { type: 'layers', diff_ids: ['sha256:raw'] },
  });
  const rules = { epochSeconds: epoch, diffIds: ['sha256:normal'], labels: { built: 'true' } };

  test('is the same whenever and in whatever container it was built', () => {
    const one = normalConfig(raw('2026-01-01T10:00:00Z', 'c1'), rules);

    expect(canonicalJson(one)).toBe(canonicalJson(normalConfig(raw('2026-02-02T11:00:00Z', 'c2'), rules)));
    expect(one).toEqual({
      architecture: 'amd64',
      os: 'linux',
      created: '2023-11-14T22:13:20Z',
      config: { User: 'node', Env: ['A=1'], Cmd: ['node'], Labels: { built: 'true' } },
      history: [
        { created: '2020-01-01T00:00:00Z', created_by: 'ADD base /' },
        { created: '2023-11-14T22:13:20Z', created_by: 'USER node', empty_layer: true },
      ],
      rootfs: { type: 'layers', diff_ids: ['sha256:normal'] },
    });
  });
});

describe('an archive', () => {
  const reading = (files: Readonly<Record<string, unknown>>) => async (path: string) =>
    files[path] === undefined ? null : JSON.stringify(files[path]);

  test('of an engine names its configuration and layers', async () => {
    const saved = { 'manifest.json': [{ Config: 'c.json', RepoTags: null, Layers: ['1/layer.tar', '2/layer.tar'] }] };

    expect(await imageParts(reading(saved))).toEqual({ config: 'c.json', layers: ['1/layer.tar', '2/layer.tar'] });
  });

  test('in the form of OCI is followed to its manifest, past what is only attached to it', async () => {
    const attached = { digest: 'sha256:b', annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } };
    const files = {
      'index.json': { manifests: [{ digest: 'sha256:i' }] },
      'blobs/sha256/i': { manifests: [{ digest: 'sha256:m', platform: { os: 'linux' } }, attached] },
      'blobs/sha256/m': { config: { digest: 'sha256:c' }, layers: [{ digest: 'sha256:l' }] },
    };

    expect(await imageParts(reading(files))).toEqual({ config: 'blobs/sha256/c', layers: ['blobs/sha256/l'] });
  });

  test('with two images is refused, because one would have to be guessed', async () => {
    const files = { 'index.json': { manifests: [{ digest: 'sha256:a' }, { digest: 'sha256:b' }] } };

    expect(await imageParts(reading(files))).toBe('it holds 2 images');
  });
});
