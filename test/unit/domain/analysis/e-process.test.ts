import { expect, test } from 'vitest';
import {
  acceptValue,
  accumulate,
  eValue,
  type EProcess,
  noEvidence,
} from '../../../../src/domain/analysis/e-process.ts';

/** Mulberry32: small, seeded, good enough to toss coins. */
function coin(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Canary requests until the e-value reaches 1/alpha, or null when it never does. */
function simulate(
  rates: { baseline: number; canary: number },
  share: number,
  requests: number,
  seed: number,
): number | null {
  const toss = coin(seed);
  let process: EProcess = noEvidence;
  let canaryRequests = 0;
  for (let i = 0; i < requests; i += 1) {
    const canary = toss() < share;
    if (canary) canaryRequests += 1;
    if (toss() >= (canary ? rates.canary : rates.baseline)) continue;
    process = accumulate(process, { share, canaryEvents: canary ? 1 : 0, baselineEvents: canary ? 0 : 1 });
    if (eValue(process) >= 100) return canaryRequests;
  }
  return null;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

test('three errors, all on a canary with 5 % of the traffic, are enough to reject it at 1 %', () => {
  const two = accumulate(noEvidence, { share: 0.05, canaryEvents: 2, baselineEvents: 0 });
  const three = accumulate(noEvidence, { share: 0.05, canaryEvents: 3, baselineEvents: 0 });

  expect(eValue(two)).toBeLessThan(100);
  expect(eValue(three)).toBeGreaterThan(100);
});

test('no more than 1 % of 400 equal pairs are ever rejected, at rates of 0.1 % and 1 % and shares of 5 % and 50 %', () => {
  for (const [rate, share] of [
    [0.001, 0.05],
    [0.01, 0.05],
    [0.01, 0.5],
  ] as const) {
    const rejected = Array.from({ length: 400 }, (_, seed) =>
      simulate({ baseline: rate, canary: rate }, share, 10_000, seed + 1),
    ).filter((end) => end !== null);
    expect(rejected.length).toBeLessThanOrEqual(9);
  }
});

test('a burst of errors that both sides share is no evidence against the canary', () => {
  const toss = coin(7);
  let process = noEvidence;
  for (let i = 0; i < 20_000; i += 1) {
    const rate = i % 2_000 < 200 ? 0.3 : 0.01;
    const canary = toss() < 0.1;
    if (toss() < rate)
      process = accumulate(process, { share: 0.1, canaryEvents: canary ? 1 : 0, baselineEvents: canary ? 0 : 1 });
  }

  expect(eValue(process)).toBeLessThan(100);
});

test('10 % of errors against 0.1 % at a share of 5 % are found within 60 canary requests in the median', () => {
  const ends = Array.from({ length: 101 }, (_, seed) =>
    simulate({ baseline: 0.001, canary: 0.1 }, 0.05, 60_000, seed + 1),
  );

  expect(ends).not.toContain(null);
  expect(median(ends as number[])).toBeLessThanOrEqual(60);
});

test('a canary that is as good as the baseline is accepted once enough errors were seen', () => {
  let process = noEvidence;
  for (let i = 0; i < 200; i += 1) {
    process = accumulate(process, {
      share: 0.1,
      canaryEvents: i % 10 === 0 ? 1 : 0,
      baselineEvents: i % 10 === 0 ? 0 : 1,
    });
  }

  expect(acceptValue(process)).toBeGreaterThan(20);
  expect(eValue(process)).toBeLessThan(1);
});

test('at a share of 100 % there is nobody to compare with, and nothing is concluded', () => {
  expect(accumulate(noEvidence, { share: 1, canaryEvents: 50, baselineEvents: 0 })).toEqual(noEvidence);
});
