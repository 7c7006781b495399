import { expect, test } from 'vitest';
import { endOfWatch, judgeWatch, withDoubt } from '../../../../src/domain/rollout/watch.ts';
import type { Seen, Watch } from '../../../../src/domain/rollout/watch.ts';

const limits = { maxErrorRate: 0.1, minRequests: 20 };
const before: Seen = { requests: 1_000, errors: 2, p95Ms: 40 };

test.each([
  ['too few requests say nothing', { requests: 19, errors: 19, p95Ms: 10 }, before, 'good'],
  ['no request says nothing', { requests: 0, errors: 0, p95Ms: null }, before, 'good'],
  ['more failures than the guard allows turn back', { requests: 100, errors: 11, p95Ms: 10 }, before, 'bad'],
  ['exactly the limit is only a doubt', { requests: 100, errors: 10, p95Ms: 10 }, before, 'doubt'],
  [
    'the release before failed as much: nothing is gained',
    { requests: 100, errors: 11, p95Ms: 10 },
    { ...before, errors: 200 },
    'good',
  ],
  ['a point more failures than before is a doubt', { requests: 100, errors: 2, p95Ms: 10 }, before, 'doubt'],
  ['half as slow again is a doubt, no proof', { requests: 100, errors: 0, p95Ms: 61 }, before, 'doubt'],
  ['a few milliseconds nobody notices', { requests: 100, errors: 0, p95Ms: 14 }, { ...before, p95Ms: 5 }, 'good'],
  ['without a memory only the guard speaks', { requests: 100, errors: 9, p95Ms: 9_000 }, null, 'good'],
] as const)('%s', (_title, minute, remembered, kind) => {
  expect(judgeWatch(minute, remembered, limits).kind).toBe(kind);
});

test('a watch that ends with doubts is inconclusive and names the last one', () => {
  const watch: Watch = {
    releaseId: 'a',
    version: '1.1.0',
    since: '2026-01-01T00:00:00.000Z',
    until: '2026-01-02T00:00:00.000Z',
    remembered: before,
    seen: { requests: 9_000, errors: 90, p95Ms: 60 },
    doubts: [],
    end: null,
  };
  const doubtful = withDoubt(
    withDoubt(watch, '2026-01-01T01:00:00.000Z', 'first'),
    '2026-01-01T02:00:00.000Z',
    'second',
  );

  expect(endOfWatch(doubtful, limits, watch.until)).toEqual({
    at: '2026-01-02T00:00:00.000Z',
    outcome: 'inconclusive',
    code: 'WATCH_DOUBTFUL',
    message:
      '1.1.0 serves, and there were doubts: second (2026-01-01T02:00:00.000Z); 90 of 9,000 requests failed in 1440 min',
  });
});
