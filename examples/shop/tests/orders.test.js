import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOrder } from '../src/orders.js';

const valid = {
  id: '11111111-2222-4333-8444-555555555555',
  email: 'ada@example.org',
  items: [{ productId: 1, quantity: 2 }],
};

test('a valid order is taken as it is', () => {
  assert.deepEqual(parseOrder(valid), { order: valid });
});

test('fields that nobody asked for are left out', () => {
  assert.deepEqual(parseOrder({ ...valid, paid: true, items: [{ productId: 1, quantity: 2, priceCents: 0 }] }), {
    order: valid,
  });
});

test('all problems are told at once', () => {
  assert.deepEqual(parseOrder({ id: 7, email: 'nobody', items: [{ productId: 1, quantity: 0 }] }).problems, [
    'id: expected a UUID in lower case',
    'email: expected an address',
    'items[0].quantity: expected 1 to 1000',
  ]);
});

test('an order of nothing, of too much, or of one product twice is none', () => {
  assert.equal(parseOrder({ ...valid, items: [] }).problems.length, 1);
  assert.equal(
    parseOrder({ ...valid, items: Array(51).fill(valid.items[0]) }).problems[0],
    'items: expected 1 to 50 of them',
  );
  assert.deepEqual(parseOrder({ ...valid, items: [valid.items[0], valid.items[0]] }).problems, [
    'items: one product is named twice',
  ]);
});

test('what is no object is no order', () => {
  for (const body of [null, [], 'order', 7]) assert.deepEqual(parseOrder(body).problems, ['expected a JSON object']);
});
