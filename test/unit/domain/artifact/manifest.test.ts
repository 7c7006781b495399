import { expect, test } from 'vitest';
import type { Manifest, ManifestEntry } from '../../../../src/domain/artifact/manifest.ts';
import { canonicalText, differences, digestHex, directoryDigest } from '../../../../src/domain/artifact/manifest.ts';

const file = (path: string, over: Partial<Extract<ManifestEntry, { kind: 'file' }>> = {}): ManifestEntry => ({
  kind: 'file',
  path,
  isExecutable: false,
  size: 1,
  sha256: 'aa',
  ...over,
});
const tree: Manifest = [
  { kind: 'directory', path: 'bin' },
  file('bin/tool', { isExecutable: true }),
  { kind: 'symlink', path: 'tool', target: 'bin/tool' },
];

test('the digest names its kind and is 64 hex digits', () => {
  expect(directoryDigest(tree)).toMatch(/^directory:sha256:[0-9a-f]{64}$/);
});

test('the digest of a known tree never changes, for releases are known by it', () => {
  expect(canonicalText(tree)).toBe(
    '["directory","bin"]\n["file","bin/tool","executable",1,"aa"]\n["symlink","tool","bin/tool"]\n',
  );
  expect(directoryDigest(tree)).toBe(
    'directory:sha256:abc0e66a72a5e431b2abf230b068a4bc8d393fc7e83a8406a03a1fa414728cf4',
  );
});

test('the order in which entries were found does not matter', () => {
  expect(directoryDigest(tree.toReversed())).toBe(directoryDigest(tree));
});

test.each<[string, Manifest]>([
  ['content', [file('a', { sha256: 'bb' })]],
  ['size', [file('a', { size: 2 })]],
  ['executable bit', [file('a', { isExecutable: true })]],
  ['name', [file('b')]],
  ['one more empty folder', [file('a'), { kind: 'directory', path: 'empty' }]],
  ['a link in place of the file', [{ kind: 'symlink', path: 'a', target: 'aa' }]],
])('another %s gives another digest', (_, changed) => {
  expect(directoryDigest(changed)).not.toBe(directoryDigest([file('a')]));
});

test('names with line ends cannot pass for two entries', () => {
  const sly = [file('a"]\n["directory","b')];

  expect(canonicalText(sly).split('\n')).toHaveLength(2);
});

test('only a directory digest has a hex part', () => {
  expect(digestHex(directoryDigest(tree))).toMatch(/^[0-9a-f]{64}$/);
  expect(digestHex('directory:sha256:../../etc')).toBeNull();
  expect(digestHex(`image:sha256:${'a'.repeat(64)}`)).toBeNull();
});

test('what differs between two trees is named path by path', () => {
  const now = [
    file('bin/tool', { isExecutable: true, sha256: 'cc' }),
    { kind: 'directory', path: 'bin' } as const,
    file('new'),
  ];

  expect(differences(tree, now)).toEqual(['bin/tool was changed', 'new was added', 'tool is missing']);
  expect(differences(tree, tree)).toEqual([]);
});
