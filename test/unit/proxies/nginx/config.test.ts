import { expect, test } from 'vitest';
import { renderNginx } from '../../../../src/proxies/nginx/config.ts';

const settings = { address: '127.0.0.1', port: 8080, responseTimeoutMs: 60_000, releaseHeader: true };

test('the configuration of a canary of five percent is this text', async () => {
  const backends = [
    { releaseId: '1.4.0-abcdef0', address: '127.0.0.1:4001', weight: 95 },
    { releaseId: '1.5.0-abcdef1', address: '127.0.0.1:4002', weight: 5 },
  ];

  await expect(renderNginx(settings, backends)).toMatchFileSnapshot('../../../fixtures/nginx/canary.conf');
});

test('a release of weight 0 is in no part of it, so that adding one needs no reload', () => {
  const stable = { releaseId: '1.4.0-abcdef0', address: '127.0.0.1:4001', weight: 100 };
  const added = { releaseId: '1.5.0-abcdef1', address: '127.0.0.1:4002', weight: 0 };

  expect(renderNginx(settings, [stable, added])).toBe(renderNginx(settings, [stable]));
});

test('without a release it says so', () => {
  expect(renderNginx(settings, [])).toContain("return 503 'No release serves here yet.\\n';");
});
