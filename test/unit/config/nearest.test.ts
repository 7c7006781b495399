import { expect, test } from 'vitest';
import { nearest } from '../../../src/config/nearest.ts';

const commands = ['check', 'build', 'test', 'rehearse', 'rollback', 'release', 'ship', 'status'];

test.each([
  ['shp', 'ship'],
  ['sihp', 'ship'],
  ['STATUS', 'status'],
  ['rehearsal', 'rehearse'],
  ['rol', 'rollback'],
  ['buid', 'build'],
])('"%s" was meant to be "%s"', (word, expected) => {
  expect(nearest(word, commands)).toBe(expected);
});

test.each(['deploy', 'x', 'kubernetes', '', 'a'.repeat(10_000)])('"%s" is near nothing', (word) => {
  expect(nearest(word, commands)).toBeNull();
});
