import { expect, test } from 'vitest';
import { scanTree } from '../../../../src/domain/artifact/scan.ts';
import { fakeFiles } from '../../../fakes/files.ts';

test('a scan lists files, folders and links below a folder, sorted by path', async () => {
  const files = fakeFiles({ '/t/b.txt': 'b', '/t/a/deep/c.txt': 'abc', '/elsewhere': '' });
  await files.writeAtomic('/t/run', '#!/bin/sh', 0o755);
  await files.makeDirectory('/t/empty');
  files.link('a/deep', '/t/link');

  const { manifest, refused } = await scanTree('/t', files);

  expect(refused).toEqual([]);
  expect(manifest.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
    'directory a',
    'directory a/deep',
    'file a/deep/c.txt',
    'file b.txt',
    'directory empty',
    'symlink link',
    'file run',
  ]);
  expect(manifest[2]).toEqual({
    kind: 'file',
    path: 'a/deep/c.txt',
    isExecutable: false,
    size: 3,
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  });
  expect(manifest[6]).toMatchObject({ isExecutable: true });
});

test('a file that only others than its owner may execute is not executable', async () => {
  const files = fakeFiles();
  await files.writeAtomic('/t/a', '', 0o655);

  expect((await scanTree('/t', files)).manifest).toMatchObject([{ isExecutable: false }]);
});

test('what is neither file, folder nor link is refused by name', async () => {
  const files = fakeFiles({ '/t/a': '', '/t/run/app.sock': '' });
  const reader = {
    ...files,
    stat: async (path: string) =>
      path.endsWith('.sock') ? { kind: 'other', size: 0, mode: 0o755 } : await files.stat(path),
  };

  const { refused } = await scanTree('/t', reader);

  expect(refused).toEqual([{ path: 'run/app.sock', reason: 'is a socket, a pipe or a device' }]);
});

test('a folder of 100 files is scanned whole', async () => {
  const names = Array.from({ length: 100 }, (_, i) => [`/t/${i}`, String(i)]);

  expect((await scanTree('/t', fakeFiles(Object.fromEntries(names) as Record<string, string>))).manifest).toHaveLength(
    100,
  );
});
