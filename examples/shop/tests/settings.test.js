import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings } from '../src/settings.js';

test('a port and a database are enough', () => {
  const settings = readSettings({ PORT: '8080', DATABASE_URL: 'postgres://shop@localhost/shop' });

  assert.equal(settings.port, 8080);
  assert.equal(settings.host, '127.0.0.1');
});

test('everything that is missing is told at once', () => {
  assert.throws(() => readSettings({ PORT: 'web' }), { message: /PORT.*\nDATABASE_URL/ });
});
