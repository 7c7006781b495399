import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketCount, bucketOwners } from '../../../../src/domain/traffic/buckets.ts';
import type { Backend } from '../../../../src/domain/traffic/routing.ts';

function backend(releaseId: string, weight: number): Backend {
  return { releaseId, weight, address: '127.0.0.1:4000' };
}

function counts(backends: readonly Backend[]): Readonly<Record<string, number>> {
  const counted: Record<string, number> = {};
  for (const owner of bucketOwners(backends)) counted[owner] = (counted[owner] ?? 0) + 1;
  return counted;
}

test('a release gets as many of the hundred buckets as its share has percent', () => {
  expect(counts([backend('stable', 95), backend('canary', 5)])).toEqual({ stable: 95, canary: 5 });
});

test('a release of weight 0 gets none', () => {
  expect(counts([backend('old', 0), backend('new', 100)])).toEqual({ new: 100 });
});

test('nothing that serves means no buckets', () => {
  expect(bucketOwners([])).toEqual([]);
  expect(bucketOwners([backend('old', 0)])).toEqual([]);
});

test('parts of a percent are rounded so that a hundred come out', () => {
  expect(counts([backend('a', 33.4), backend('b', 33.3), backend('c', 33.3)])).toEqual({ a: 34, b: 33, c: 33 });
});

test('a share below half a percent still gets one bucket', () => {
  expect(counts([backend('stable', 99.9), backend('canary', 0.1)])).toEqual({ stable: 99, canary: 1 });
});

test('whatever the weights are, the buckets add up and nobody who serves is left without one', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 8 }), (weights) => {
      const counted = counts(weights.map((weight, i) => backend(String(i), weight)));
      expect(Object.values(counted).reduce((sum, count) => sum + count, 0)).toBe(bucketCount);
      expect(Object.keys(counted)).toHaveLength(weights.length);
    }),
  );
});
