import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTailBuffer } from '../../../../src/adapters/node/tail-buffer.ts';

test('a short stream is kept whole', () => {
  const tail = createTailBuffer(10);
  tail.push(Buffer.from('abc'));
  tail.push(Buffer.from('def'));

  expect(tail.bytes().toString()).toBe('abcdef');
  expect(tail.pushedBytes).toBe(6);
});

test('of a long stream the end is kept', () => {
  const tail = createTailBuffer(4);
  for (const piece of ['ab', 'cdefghij', 'k']) tail.push(Buffer.from(piece));

  expect(tail.bytes().toString()).toBe('hijk');
  expect(tail.pushedBytes).toBe(11);
});

test('nothing is kept when nothing may be', () => {
  const tail = createTailBuffer(0);
  tail.push(Buffer.from('abc'));

  expect(tail.bytes()).toHaveLength(0);
  expect(tail.pushedBytes).toBe(3);
});

test('whatever the pieces, the end of all of them together is kept', () => {
  fc.assert(
    fc.property(fc.nat(40_000), fc.array(fc.uint8Array({ maxLength: 30_000 }), { maxLength: 12 }), (limit, pieces) => {
      const tail = createTailBuffer(limit);
      for (const piece of pieces) tail.push(Buffer.from(piece));
      const whole = Buffer.concat(pieces);

      expect(tail.bytes().equals(whole.subarray(Math.max(0, whole.length - limit)))).toBe(true);
      expect(tail.pushedBytes).toBe(whole.length);
    }),
    { numRuns: 100, seed: 7 },
  );
});
