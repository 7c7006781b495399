import { expect, test } from 'vitest';
import { countEnd, emptyTally, p95Of, slowerThan } from '../../../../src/domain/traffic/tally.ts';
import type { Counted } from '../../../../src/domain/traffic/tally.ts';

function tallyOf(ends: readonly Counted[]) {
  const tally = emptyTally();
  tally.inFlight = ends.length;
  for (const end of ends) countEnd(tally, end);
  return tally;
}

test('answers and failures are requests, failures are errors; clients that left and what was cut are neither', () => {
  const tally = tallyOf([
    { how: 'answered', durationMs: 10 },
    { how: 'failed', durationMs: 20 },
    { how: 'left', durationMs: 30_000 },
    { how: 'cut', durationMs: null },
    { how: 'answered', durationMs: null },
  ]);

  expect(tally).toMatchObject({ requests: 3, errors: 1, inFlight: 0 });
  expect(tally.latencies).toEqual([10, 20]);
});

test('95 of 100 answers were at most as slow as the percentile says', () => {
  const tally = tallyOf(Array.from({ length: 100 }, (_, i) => ({ how: 'answered', durationMs: 100 - i })));

  expect(p95Of(tally)).toBe(95);
});

test('the percentile forgets what is more than 1,000 requests ago', () => {
  const slow = Array.from({ length: 1_000 }, (): Counted => ({ how: 'answered', durationMs: 900 }));
  const fast = Array.from({ length: 1_000 }, (): Counted => ({ how: 'answered', durationMs: 9 }));

  expect(p95Of(tallyOf(slow))).toBe(900);
  expect(p95Of(tallyOf([...slow, ...fast]))).toBe(9);
  expect(tallyOf([...slow, ...fast]).requests).toBe(2_000);
});

test('there is no percentile without requests', () => {
  expect(p95Of(emptyTally())).toBeNull();
});

test('how many were slower than a limit can be asked for any limit at any time', () => {
  const tally = emptyTally();
  for (const durationMs of [10, 20, 30, 200, 300]) {
    tally.inFlight += 1;
    countEnd(tally, { how: 'answered', durationMs });
  }

  expect(slowerThan(tally, 25)).toBe(3);
  expect(slowerThan(tally, 100)).toBe(2);
  expect(slowerThan(tally, 1_000)).toBe(0);
});

test('slow answers stay counted after the window of the percentile has moved on', () => {
  const tally = emptyTally();
  for (let i = 0; i < 3_000; i += 1) {
    tally.inFlight += 1;
    countEnd(tally, { how: 'answered', durationMs: i < 500 ? 400 : 5 });
  }

  expect(p95Of(tally)).toBe(5);
  expect(slowerThan(tally, 100)).toBe(500);
});
