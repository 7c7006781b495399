import { expect, test } from 'vitest';
import type { AppEntry, Book } from '../../../../src/proxies/haproxy/book.ts';
import { refusedPage, renderConfig } from '../../../../src/proxies/haproxy/config.ts';

const shop: AppEntry = {
  name: 'a1',
  directory: '/state/apps/shop/production',
  hosts: [],
  settings: {
    responseTimeoutMs: 60_000,
    tunnelTimeoutMs: 3_600_000,
    releaseHeader: false,
    sticky: false,
    testers: false,
    redirect: true,
  },
  certificates: ['a1-0.pem'],
  stable: { releaseId: '1.4.0-abcdef0', address: '127.0.0.1:4001', slot: 's2' },
  page: null,
};
const book: Book = { address: '*', port: 80, tlsPort: 443, apps: [shop] };

test('the configuration of one application with TLS is this text', async () => {
  await expect(renderConfig(book, { withLua: true, places: ['a1'] })).toMatchFileSnapshot(
    '../../../fixtures/haproxy/one-application.cfg',
  );
});

test('the stable release is the only server that is open after a restart', () => {
  const open = renderConfig(book, { withLua: true })
    .split('\n')
    .filter((line) => /^ {2}server /.test(line) && !line.endsWith('disabled'));

  expect(open).toEqual(['  server s2 127.0.0.1:4001 weight 1', '  server s2 127.0.0.1:4001 weight 1']);
});

test('only what a refused connection kept from being sent goes elsewhere, once', () => {
  const text = renderConfig(book, { withLua: true, places: ['a1'] });
  const [, detouring = '', once = ''] = text.split(/^backend /m);

  for (const backend of [detouring, once]) {
    expect(backend).toMatch(/^a1(-once)?\n[\s\S]*retries 1\n[\s\S]*option redispatch 1\n/);
    expect(backend.match(/retry-on .*/g)).toEqual(['retry-on conn-failure']);
  }
  expect(text).toContain('acl may-detour method GET HEAD\n');
});

test('what serves now does not show in the text, so that no deploy needs a reload', () => {
  const promoted = { ...shop, settings: { ...shop.settings, sticky: true, testers: true, releaseHeader: true } };

  expect(renderConfig({ ...book, apps: [promoted] }, { withLua: true })).toBe(renderConfig(book, { withLua: true }));
});

test('the page for a release that cannot be reached says how long it is', () => {
  const [head = '', body = ''] = refusedPage.split('\r\n\r\n');

  expect(head).toContain(`content-length: ${body.length}`);
});
