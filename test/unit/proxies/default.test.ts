import { expect, test } from 'vitest';
import { defaultProxy } from '../../../src/proxies/index.ts';

test('processes stand behind our own proxy and containers behind HAProxy, unless the configuration says otherwise', () => {
  expect(defaultProxy('process')).toMatchObject({ type: 'embedded', port: 8080 });
  expect(defaultProxy('docker')).toMatchObject({ type: 'haproxy', port: 8080, address: '127.0.0.1' });
});
