import { expect, test } from 'vitest';
import { page } from '../../../src/checks/page.ts';
import { fakeClock } from '../../fakes/clock.ts';
import type { FakeAnswer } from '../../fakes/http.ts';
import { fakeHttp } from '../../fakes/http.ts';

const origin = 'http://127.0.0.1:4000';
const typed = (type: string, body = ''): FakeAnswer => ({ status: 200, headers: { 'content-type': type }, body });
const html = (body: string): FakeAnswer => typed('text/html; charset=utf-8', body);

async function attempt(answers: Readonly<Record<string, FakeAnswer>>, config: object = {}) {
  const http = fakeHttp(({ url }) => answers[url.replace(origin, '')] ?? { status: 404 });
  const spec = page.schema.parse({ type: 'page', path: '/', ...config });
  const result = await page.attempt(spec, { baseUrl: origin }, { http, clock: fakeClock() });
  const loaded = http.requests.map(({ url }) => url.replace(origin, ''));
  return { result, loaded, headers: http.requests.map((request) => request.headers) };
}

const shop = {
  '/': html(
    '<link rel=stylesheet href=/app.css><script src=/app.js></script><img src=/logo.png srcset="/logo2.png 2x">',
  ),
  '/app.css': typed('text/css', '@import "fonts.css"; body { background: url(bg.png) }'),
  '/fonts.css': typed('text/css', '@font-face { src: url(/a.woff2) }'),
  '/a.woff2': typed('font/woff2'),
  '/bg.png': typed('image/png'),
  '/app.js': typed('text/javascript'),
  '/logo.png': typed('image/png'),
  '/logo2.png': typed('image/png'),
};

test('a page passes when it and all that it references come, stylesheets in stylesheets included', async () => {
  const { result, loaded } = await attempt(shop);

  expect(result).toEqual({ kind: 'pass' });
  expect(loaded.toSorted()).toEqual(Object.keys(shop).toSorted());
});

test('a page that names a bundle which the release does not have fails and names it', async () => {
  const { result } = await attempt({ ...shop, '/': html('<script src="/assets/app.9f31c2.js"></script>') });

  expect(result).toEqual({
    kind: 'fail',
    reason: `1 of 1 assets: ${origin}/assets/app.9f31c2.js (<script src>): answered 404`,
  });
});

test('a font that only a stylesheet names is missed too', async () => {
  const { result } = await attempt({ ...shop, '/a.woff2': { status: 404 } });

  expect(result).toEqual({
    kind: 'fail',
    reason: `1 of 7 assets: ${origin}/a.woff2 (stylesheet /fonts.css): answered 404`,
  });
});

test('a catch-all route that serves the page in the place of a script is found out', async () => {
  const { result } = await attempt({ ...shop, '/app.js': html('<h1>Shop</h1>') });

  expect(result).toMatchObject({
    kind: 'fail',
    reason: `1 of 7 assets: ${origin}/app.js (<script src>): came as text/html; charset=utf-8, expected a script`,
  });
});

test('three assets that fail are named, the rest are counted', async () => {
  const images = [1, 2, 3, 4, 5].map((n) => `<img src=/${n}.png>`).join('');
  const { result } = await attempt({ '/': html(images), '/5.png': typed('image/png') });

  expect(result).toEqual({
    kind: 'fail',
    reason:
      `4 of 5 assets: ${origin}/1.png (<img src>): answered 404; ${origin}/2.png (<img src>): answered 404; ` +
      `${origin}/3.png (<img src>): answered 404; and 1 more`,
  });
});

test('assets of other hosts are loaded unless the check asks for its own only', async () => {
  const away = { '/': html('<img src=https://cdn.example/x.png>') };

  expect((await attempt(away)).loaded).toEqual(['/', 'https://cdn.example/x.png']);
  expect((await attempt(away)).result.kind).toBe('fail');
  expect(await attempt(away, { assets: 'same-origin' })).toMatchObject({ result: { kind: 'pass' }, loaded: ['/'] });
});

test('the headers of the check, which may hold a password, go to the release only', async () => {
  const answers = {
    '/': html('<img src=/moved.png>'),
    '/moved.png': { status: 302, headers: { location: 'https://cdn.example/x.png' } },
    'https://cdn.example/x.png': typed('image/png'),
  };
  const { result, headers } = await attempt(answers, { headers: { authorization: 'Basic x' } });

  expect(result).toEqual({ kind: 'pass' });
  expect(headers).toEqual([{ authorization: 'Basic x' }, { authorization: 'Basic x' }, {}]);
});

test('something that is not a page fails as a page', async () => {
  expect((await attempt({ '/': typed('application/json', '{}') })).result).toMatchObject({ kind: 'fail' });
  expect((await attempt({ '/': { status: 500, body: 'oops' } })).result).toEqual({
    kind: 'fail',
    reason: 'answered 500, expected 200-299; it said: oops',
  });
});

test('stylesheets that import each other in a circle are each loaded once', async () => {
  const { result, loaded } = await attempt({
    '/': html('<link rel=stylesheet href=/a.css>'),
    '/a.css': typed('text/css', '@import "b.css";'),
    '/b.css': typed('text/css', '@import "a.css";'),
  });

  expect(result).toEqual({ kind: 'pass' });
  expect(loaded).toEqual(['/', '/a.css', '/b.css']);
});

test('a page with more assets than allowed is inconclusive', async () => {
  const { result } = await attempt(shop, { maxAssets: 3 });

  expect(result).toEqual({ kind: 'inconclusive', reason: 'references 4 assets, more than maxAssets (3)' });
});
