import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { createApp } from '../src/app.js';
import { listen } from '../src/listen.js';
import { createFakeStore } from './fake-store.js';

const assets = {
  manifest: { 'logo.svg': '/assets/logo.1.svg', 'shop.css': '/assets/shop.1.css', 'shop.js': '/assets/shop.1.js' },
  files: new Map([['/assets/shop.1.css', { content: Buffer.from('body {}'), type: 'text/css; charset=utf-8' }]]),
};
const silent = { info() {}, warn() {}, error() {} };
const orderId = '11111111-2222-4333-8444-555555555555';
const order = { id: orderId, email: 'ada@example.org', items: [{ productId: 1, quantity: 2 }] };

let server;
afterEach(() => server?.stop(1000));

async function open(store = createFakeStore(), log = silent) {
  server = await listen(createApp({ store, assets, version: '1.2.3', log }), { host: '127.0.0.1', port: 0 });
  return (path, init) => fetch(`http://127.0.0.1:${server.port}${path}`, init);
}

const post = (body) => ({ method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });

test('the home page lists the products and names its assets by their hashed names', async () => {
  const get = await open();

  const page = await (await get('/')).text();

  assert.match(page, /Teapot/);
  assert.match(page, /Cup &amp; &lt;saucer&gt;/);
  assert.match(page, /href="\/assets\/shop\.1\.css"/);
  assert.match(page, /src="\/assets\/shop\.1\.js"/);
});

test('an asset may be kept for ever', async () => {
  const get = await open();

  const response = await get('/assets/shop.1.css');

  assert.equal(response.status, 200);
  assert.match(response.headers.get('cache-control'), /immutable/);
  assert.equal(await response.text(), 'body {}');
});

test('a product has a page, and one that is not there has a friendly 404', async () => {
  const get = await open();

  assert.match(await (await get('/products/1')).text(), /<h1>Teapot<\/h1>/);
  assert.equal((await get('/products/99')).status, 404);
});

test('the API tells one product, all products, and that there is none', async () => {
  const get = await open();

  assert.equal((await (await get('/api/products')).json()).products.length, 2);
  assert.equal((await (await get('/api/products/1')).json()).name, 'Teapot');
  assert.equal((await get('/api/products/99')).status, 404);
});

test('an order can be read again under the id that the client chose', async () => {
  const get = await open();

  const created = await get('/api/orders', post(order));
  const read = await (await get(created.headers.get('location'))).json();

  assert.equal(created.status, 201);
  assert.equal(read.id, orderId);
  assert.equal(read.totalCents, 7800);
});

test('an order that is sent twice is one order', async () => {
  const get = await open();

  await get('/api/orders', post(order));
  const again = await get('/api/orders', post({ ...order, items: [{ productId: 1, quantity: 9 }] }));

  assert.equal(again.status, 201);
  assert.equal((await again.json()).items[0].quantity, 2);
});

test('an order for a product that is not there is refused', async () => {
  const get = await open();

  const response = await get('/api/orders', post({ ...order, items: [{ productId: 77, quantity: 1 }] }));

  assert.equal(response.status, 422);
  assert.equal((await response.json()).error.code, 'unknown_product');
});

test('a body that is not JSON, or far too large, is answered and not crashed on', async () => {
  const get = await open();

  assert.equal((await get('/api/orders', post('{"id":'))).status, 400);
  assert.equal((await get('/api/orders', post('x'.repeat(70_000)))).status, 413);
  assert.equal((await get('/health')).status, 200);
});

test('a wrong method says which one is right', async () => {
  const get = await open();

  const response = await get('/api/products', { method: 'DELETE' });

  assert.equal(response.status, 405);
  assert.equal(response.headers.get('allow'), 'GET');
});

test('health tells the version, and 503 when the database does not answer', async () => {
  const healthy = await open();
  assert.equal((await (await healthy('/health')).json()).version, '1.2.3');
  await server.stop(1000);

  const sick = await open(createFakeStore({ ping: () => Promise.reject(new Error('connection refused')) }));
  const response = await sick('/health');
  assert.equal(response.status, 503);
  assert.equal((await response.json()).database, 'connection refused');
});

test('it is not ready while a table is missing', async () => {
  const get = await open(createFakeStore({ missingTables: async () => ['orders'] }));

  const response = await get('/ready');

  assert.equal(response.status, 503);
  assert.deepEqual((await response.json()).missingTables, ['orders']);
});

test('a failing query is a 500 without its text, and the log has the reason', async () => {
  const entries = [];
  const log = { ...silent, error: (message, fields) => entries.push(fields) };
  const failing = () => Promise.reject(Object.assign(new Error('column "x" does not exist'), { code: '42703' }));
  const get = await open(createFakeStore({ listProducts: failing }), log);

  const response = await get('/api/products');

  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /column/);
  assert.equal(entries[0].sqlState, '42703');
});
