import { expect, test } from 'vitest';
import { strayLinks } from '../../../../src/domain/artifact/links.ts';

const stray = (links: Readonly<Record<string, string>>): readonly string[] =>
  strayLinks(Object.entries(links).map(([path, target]) => ({ kind: 'symlink', path, target }) as const)).map(
    ({ path }) => path,
  );

test.each([
  ['a neighbour', 'bin/tool', '../lib/tool.js'],
  ['itself and around', 'a/b', '../a/../c/./d'],
  ['the top of the tree', 'a/b', '..'],
  ['nothing that exists', 'a', 'gone'],
])('a link to %s stays inside', (_, path, target) => {
  expect(stray({ [path]: target })).toEqual([]);
});

test.each([
  ['above the top', 'a', '..'],
  ['above the top and back', 'a/b', '../../tree/c'],
  ['an absolute path', 'venv/bin/python', '/usr/bin/python3'],
])('a link to %s leads out', (_, path, target) => {
  expect(stray({ [path]: target })).toEqual([path]);
});

test('a link that leads out only because of another link on its way is found', () => {
  expect(stray({ 'a/b/c': '../../x', l: 'a/b/c/../../y' })).toEqual(['l']);
});

test('a link through another one that leads out leads out too', () => {
  expect(stray({ out: '/etc', l: 'out/passwd' })).toEqual(['out', 'l']);
});

test('links in a circle stay inside', () => {
  expect(stray({ a: 'b', b: 'a' })).toEqual([]);
});
