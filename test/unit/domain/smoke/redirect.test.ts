import { expect, test } from 'vitest';
import type { Hop } from '../../../../src/domain/smoke/redirect.ts';
import { nextHop } from '../../../../src/domain/smoke/redirect.ts';

const origin = 'http://127.0.0.1:4000';
const limits = { maxRedirects: 3, origin };
const get = (path: string): Hop => ({ method: 'GET', url: origin + path, withBody: false });
const to = (location: string, status = 302) => ({ status, location });

test('a redirect is followed to an address that may be relative', () => {
  expect(nextHop([get('/a/b')], to('../c?d=1#e'), limits)).toEqual({ kind: 'follow', hop: get('/c?d=1') });
});

test('without leave to follow, the redirect itself is the answer', () => {
  expect(nextHop([get('/')], to('/login'), { maxRedirects: 0, origin })).toEqual({ kind: 'arrived' });
});

test('a page that redirects for ever is refused with its loop', () => {
  expect(nextHop([get('/a'), get('/b')], to('/a'), limits)).toEqual({
    kind: 'refused',
    reason: 'redirects for ever: /a -> /b -> /a',
  });
});

test('a chain that goes on and on is refused at the limit', () => {
  expect(nextHop([get('/1'), get('/2'), get('/3'), get('/4')], to('/5'), limits)).toEqual({
    kind: 'refused',
    reason: 'redirects more than 3 times: /1 -> /2 -> /3 -> /4 -> /5',
  });
});

test('a redirect away from the release under test would tell nothing about it', () => {
  expect(nextHop([get('/')], to('https://shop.example/'), limits)).toEqual({
    kind: 'refused',
    reason: `redirects to https://shop.example/, which is not the release under test (${origin})`,
  });
  expect(nextHop([get('/')], to('https://cdn.example/x'), { ...limits, origin: null }).kind).toBe('follow');
});

test.each([
  ['POST', 303, 'GET', false],
  ['POST', 302, 'GET', false],
  ['POST', 307, 'POST', true],
  ['PUT', 302, 'PUT', true],
])('a %s that is answered %i goes on as %s', (method, status, next, withBody) => {
  const hop: Hop = { method, url: `${origin}/orders`, withBody: true };

  expect(nextHop([hop], to('/orders/7', status), limits)).toEqual({
    kind: 'follow',
    hop: { method: next, url: `${origin}/orders/7`, withBody },
  });
});
