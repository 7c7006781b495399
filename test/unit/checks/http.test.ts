import { expect, test } from 'vitest';
import { checkSchema } from '../../../src/checks/index.ts';
import { http } from '../../../src/checks/http.ts';
import { fakeClock } from '../../fakes/clock.ts';
import type { FakeAnswer } from '../../fakes/http.ts';
import { fakeHttp } from '../../fakes/http.ts';

const target = { baseUrl: 'http://127.0.0.1:4000' };

async function attempt(config: object, answers: Readonly<Record<string, FakeAnswer>>) {
  const fake = fakeHttp(({ url }) => answers[new URL(url).pathname] ?? { status: 404 });
  const spec = http.schema.parse({ type: 'http', ...config });
  return { ...(await http.attempt(spec, target, { http: fake, clock: fakeClock() })), requests: fake.requests };
}

test('the request is sent as configured', async () => {
  const config = { path: '/orders', method: 'POST', headers: { 'x-key': 'k' }, body: '{}', timeout: '2s', status: 201 };
  const { kind, requests } = await attempt(config, { '/orders': { status: 201 } });

  expect(kind).toBe('pass');
  expect(requests).toEqual([
    { method: 'POST', url: 'http://127.0.0.1:4000/orders', headers: { 'x-key': 'k' }, body: '{}', timeoutMs: 2_000 },
  ]);
});

test('a redirect is judged itself unless following is asked for', async () => {
  const answers = { '/': { status: 302, headers: { location: '/home' } }, '/home': { status: 200, body: 'welcome' } };

  expect(await attempt({ path: '/' }, answers)).toMatchObject({
    kind: 'fail',
    reason: 'answered 302 (redirect to /home), expected 200-299',
  });
  expect(await attempt({ path: '/', followRedirects: 1, contains: 'welcome' }, answers)).toMatchObject({
    kind: 'pass',
  });
});

test('a URL that redirects for ever fails with the loop', async () => {
  const answers = {
    '/a': { status: 301, headers: { location: '/b' } },
    '/b': { status: 301, headers: { location: '/a' } },
  };

  expect(await attempt({ path: '/a', followRedirects: 10 }, answers)).toMatchObject({
    kind: 'fail',
    reason: 'redirects for ever: /a -> /b -> /a',
  });
});

test('the latency of a chain of redirects is that of all its requests', async () => {
  const answers = {
    '/': { status: 302, headers: { location: '/home' }, afterMs: 300 },
    '/home': { status: 200, afterMs: 300 },
  };

  expect(await attempt({ path: '/', followRedirects: 1, maxLatency: '500ms' }, answers)).toMatchObject({
    kind: 'fail',
    reason: 'took 600 ms, at most 500 ms are allowed',
  });
});

const problems = (config: object): string[] =>
  (checkSchema.safeParse(config).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);

test('each mistake in the configuration is told with its place and what was expected', () => {
  expect(problems({ type: 'http', path: 'health' })).toEqual(['path: expected a path that begins with one /']);
  expect(problems({ type: 'http', path: '//evil.example/' })).toEqual(['path: expected a path that begins with one /']);
  expect(problems({ type: 'http', path: '/', status: '20' })).toEqual([
    'status: expected a status (200), a range (200-299), a class (2xx), or a list of these',
  ]);
  expect(problems({ type: 'http', path: '/', json: { '$..a': 1, b: { is: 1 } } })).toEqual([
    'json.b: expected a value, or one of { equals: ... }, { exists: true }',
  ]);
  expect(problems({ type: 'http', path: '/', json: { '$..a': 1 } })).toEqual([
    'json.$..a: expected a path such as $.items[0].name',
  ]);
  expect(problems({ type: 'http', path: '/', matches: '(' })).toEqual([
    'matches: expected a regular expression, or a list of them',
  ]);
  expect(problems({ type: 'http', path: '/', retry: { every: '1ms' } })).toEqual(['retry.every: at least 10ms']);
});

test('a status may be a number, a range, a class, or a list of these', () => {
  const parsed = http.schema.parse({ type: 'http', path: '/', status: [201, '3xx', '400-404'] });

  expect(parsed.status).toEqual([
    { from: 201, to: 201 },
    { from: 300, to: 399 },
    { from: 400, to: 404 },
  ]);
});

test('what was parsed survives the journey to the agent as JSON', () => {
  const parsed = http.schema.parse({ type: 'http', path: '/', json: { a: null }, responseHeaders: { b: 'c' } });

  expect(JSON.parse(JSON.stringify(parsed))).toEqual(parsed);
});
