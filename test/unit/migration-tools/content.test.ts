import { expect, test } from 'vitest';
import { contentChecksum } from '../../../src/migration-tools/program/content.ts';
import { fakeFiles } from '../../fakes/files.ts';

const tree = { '/t/db/1.sql': 'one\n', '/t/db/deep/2.sql': 'two\n', '/t/other': '' };

const sum = async (files: Readonly<Record<string, string>>, ...paths: readonly string[]): Promise<string | null> =>
  await contentChecksum('/t', paths, fakeFiles(files));

test('names and texts of all files below count, the order of the paths and line ends do not', async () => {
  const before = await sum(tree, 'db', 'other');

  expect(await sum({ ...tree, '/t/db/1.sql': 'one\r\n' }, 'other', 'db')).toBe(before);
  expect(await sum({ ...tree, '/t/db/deep/2.sql': 'three\n' }, 'db', 'other')).not.toBe(before);
  expect(await sum({ ...tree, '/t/db/3.sql': '' }, 'db', 'other')).not.toBe(before);
});

test('what compilers leave beside the files does not count, nor do installed packages', async () => {
  const more = { ...tree, '/t/node_modules/a.js': 'x', '/t/db/__pycache__/1.cpython.pyc': 'x' };

  expect(await sum(more, '.')).toBe(await sum(tree, '.'));
});

test('a path that is not there is told', async () => {
  expect(await sum(tree, 'db', 'elsewhere')).toBeNull();
});
