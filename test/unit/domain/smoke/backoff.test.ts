import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextPause } from '../../../../src/domain/smoke/backoff.ts';

const retry = { forMs: 10_000, everyMs: 500 };
const plenty = 1_000_000;

function pausesOf(wanted: typeof retry, remainingMs: number): number[] {
  const pauses: number[] = [];
  let elapsedMs = 0;
  for (let attempts = 1; attempts < 1_000; attempts += 1) {
    const pause = nextPause(wanted, { attempts, elapsedMs, remainingMs: remainingMs - elapsedMs });
    if (pause === null) break;
    pauses.push(pause);
    elapsedMs += pause;
  }
  return pauses;
}

test('pauses grow by half up to four times the first, and the last look is when the time is up', () => {
  expect(pausesOf(retry, plenty)).toEqual([500, 750, 1_125, 1_687.5, 2_000, 2_000, 1_937.5]);
});

test('with a retry of 0 s one look is enough', () => {
  expect(pausesOf({ forMs: 0, everyMs: 500 }, plenty)).toEqual([]);
});

test('nothing is waited for that would end after the deadline of all checks', () => {
  expect(pausesOf(retry, 1_500)).toEqual([500, 750]);
});

test('however long the retry, the pauses add up to exactly its time', () => {
  const anyRetry = fc.record({
    forMs: fc.integer({ min: 1, max: 60_000 }),
    everyMs: fc.integer({ min: 100, max: 5_000 }),
  });
  fc.assert(
    fc.property(anyRetry, (wanted) => {
      const sum = pausesOf(wanted, plenty).reduce((total, pause) => total + pause, 0);
      expect(sum).toBeCloseTo(wanted.forMs, 3);
    }),
  );
});
