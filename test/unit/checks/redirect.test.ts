import { expect, test } from 'vitest';
import { redirect } from '../../../src/checks/redirect.ts';
import { securityHeaders } from '../../../src/checks/security-headers.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { fakeHttp } from '../../fakes/http.ts';

const target = { baseUrl: 'http://127.0.0.1:4000' };

async function look(config: object, status: number, location?: string) {
  const http = fakeHttp(() => ({ status, ...(location === undefined ? {} : { headers: { location } }) }));
  const spec = redirect.schema.parse({ type: 'redirect', path: '/cart', host: 'shop.example', ...config });
  const attempt = await redirect.attempt(spec, target, { http, clock: fakeClock() });
  return { told: attempt.kind === 'pass' ? 'pass' : attempt.reason, requests: http.requests };
}

test('http that leads to https on the same host and path passes', async () => {
  const { told, requests } = await look({}, 308, 'https://shop.example:8443/cart');

  expect(told).toBe('pass');
  expect(requests).toMatchObject([{ url: 'http://127.0.0.1:4000/cart', headers: { host: 'shop.example' } }]);
});

test.each([
  [200, undefined, 'answered 200, expected 301 or 308'],
  [302, 'https://shop.example/cart', 'answered 302, expected 301 or 308'],
  [301, undefined, 'answered 301 without a location'],
  [301, 'http://shop.example/cart', 'leads to http://shop.example/cart, expected https'],
  [301, '/cart', 'leads to /cart, expected https'],
  [301, 'https://other.example/cart', 'leads to other.example, expected shop.example'],
  [301, 'https://shop.example/', 'leads to /, expected /cart'],
])('an answer %s to %s fails', async (status, location, reason) => {
  expect((await look({}, status, location)).told).toBe(reason);
});

test('a redirect for now passes when that is allowed', async () => {
  expect((await look({ permanent: false }, 302, 'https://shop.example/cart')).told).toBe('pass');
});

test('security headers are judged where redirects end', async () => {
  const http = fakeHttp(({ url }) =>
    url.endsWith('/home')
      ? { status: 200, headers: { 'referrer-policy': 'no-referrer' } }
      : { status: 302, headers: { location: '/home' } },
  );
  const spec = securityHeaders.schema.parse({ type: 'security-headers', require: ['referrer-policy'] });

  expect(await securityHeaders.attempt(spec, target, { http, clock: fakeClock() })).toEqual({ kind: 'pass' });
});
