import { expect, test } from 'vitest';
import { rememberPath, replayablePath } from '../../../../src/domain/traffic/replay.ts';

const anonymous = { method: 'GET', url: '/products/7', hasCookie: false, hasAuthorization: false, isUpgrade: false };

test('an anonymous GET may be sent again', () => {
  expect(replayablePath(anonymous)).toBe('/products/7');
});

test.each([
  ['a cookie', { hasCookie: true }],
  ['an authorization', { hasAuthorization: true }],
  ['another method', { method: 'POST' }],
  ['a HEAD', { method: 'HEAD' }],
  ['an upgrade', { isUpgrade: true }],
  ['a query, which may hold a token', { url: '/reset?token=abc' }],
  ['an escape, which may hold a name', { url: '/users/J%C3%B6rg' }],
  ['a whole address', { url: 'http://elsewhere.example/' }],
  ['a very long path', { url: `/${'a'.repeat(200)}` }],
])('nothing with %s is', (_what, change) => {
  expect(replayablePath({ ...anonymous, ...change })).toBeNull();
});

test('each path is remembered once, the newest last, and only so many', () => {
  expect(['/a', '/b', '/a'].reduce(rememberPath, [] as readonly string[])).toEqual(['/b', '/a']);
  const many = Array.from({ length: 500 }, (_, n) => `/${n}`).reduce(rememberPath, [] as readonly string[]);
  expect(many).toHaveLength(200);
  expect(many.at(-1)).toBe('/499');
});
