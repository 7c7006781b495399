import { describe, expect, test } from 'vitest';
import { compare, noComparison, takeUp } from '../../../../src/domain/analysis/comparison.ts';
import type { Comparison, SideLook } from '../../../../src/domain/analysis/comparison.ts';
import { judge } from '../../../../src/domain/analysis/judge.ts';
import type { Limits } from '../../../../src/domain/analysis/judge.ts';
import { weigh } from '../../../../src/domain/analysis/weigh.ts';
import { simulateCanary } from './simulate.ts';

const limits: Limits = { maxErrorRate: 0.1, minRequests: 20, minRequestsPerStep: 0, sourceGraceMs: 3_000 };

function side(requests: number, errors: number, changes: Partial<SideLook> = {}): SideLook {
  return { requests, errors, slower: null, p95Ms: 40, ...changes };
}

/** Looks one after another, the first one only begins. */
function compared(share: number, ...looks: readonly (readonly [canary: SideLook, baseline: SideLook])[]): Comparison {
  return looks.reduce((state, [canary, baseline]) => compare(state, { share, canary, baseline }), noComparison);
}

function verdictOf(comparison: Comparison, isHoldOver: boolean, changes: Partial<Limits> = {}) {
  const { requests, errors } = comparison.last?.canary ?? { requests: 0, errors: 0 };
  const evidence = { total: { requests, errors }, stepRequests: requests, sourceGoneMs: 0, comparison };
  return judge(evidence, { ...limits, ...changes }, isHoldOver);
}

describe('errors against the baseline', () => {
  test('3 failed requests of 3, none of 60 at the baseline, prove a canary at 5 % to be worse', () => {
    const verdict = verdictOf(compared(0.05, [side(0, 0), side(1_000, 0)], [side(3, 3), side(1_060, 0)]), false);

    expect(verdict).toMatchObject({
      kind: 'fail',
      code: 'CANARY_WORSE_ERRORS',
      reason: '3 of 3 requests failed, of the baseline 0 of 60, at 5.0 % of the traffic: e-value 1,002, 200 is proof',
    });
  });

  test('2 failed requests are no proof yet', () => {
    expect(verdictOf(compared(0.05, [side(0, 0), side(0, 0)], [side(2, 2), side(60, 0)]), false)).toEqual({
      kind: 'wait',
    });
  });

  test('what happened before both served counts for nothing', () => {
    const comparison = compared(0.05, [side(0, 0), side(50_000, 4_000)], [side(10, 0), side(50_190, 4_000)]);

    expect(comparison.canary).toEqual({ requests: 10, errors: 0, slow: 0 });
    expect(comparison.baseline).toEqual({ requests: 190, errors: 0, slow: 0 });
    expect(weigh(comparison).facts).toMatchObject({ eErrors: 1, share: 0.05, alpha: 0.01, rejectAt: 200 });
  });

  test('counters that begin anew, as of a proxy that was started again, are taken up from there', () => {
    const comparison = compared(
      0.05,
      [side(0, 0), side(0, 0)],
      [side(100, 1), side(900, 9)],
      [side(5, 5), side(40, 0)],
    );

    expect(comparison.canary).toEqual({ requests: 100, errors: 1, slow: 0 });
    expect(comparison.last?.canary.requests).toBe(5);
  });

  test('what happened between two steps, with nobody knowing which share it had, is left out', () => {
    const before = compared(0.05, [side(0, 0), side(0, 0)], [side(10, 0), side(190, 0)]);
    const after = compare(takeUp(before), { share: 0.25, canary: side(30, 20), baseline: side(290, 0) });

    expect(after.canary).toEqual({ requests: 10, errors: 0, slow: 0 });
    expect(weigh(after).worse).toBeNull();
  });
});

describe('latency against the baseline', () => {
  const pilot = compared(0.25, [side(0, 0), side(0, 0)], [side(170, 0), side(500, 0)]);

  test('is not judged before 500 requests of the baseline, and the verdict says so', () => {
    const comparison = compared(0.25, [side(0, 0), side(0, 0)], [side(160, 0), side(499, 0)]);

    expect(comparison.slowAboveMs).toBeNull();
    expect(verdictOf(comparison, true)).toEqual({
      kind: 'pass',
      lowEvidence: false,
      reason: '0 of 160 requests failed, no latency verdict: 499 of 500 baseline requests',
    });
  });

  test('is not spoken of at 100 %, where there is nobody to compare with', () => {
    const comparison = compared(1, [side(0, 0), side(0, 0)], [side(160, 0), side(0, 0)]);

    expect(verdictOf(comparison, true)).toMatchObject({ reason: '0 of 160 requests failed' });
  });

  test('takes 1.5 x the p95 of the baseline as slow, and never anything less than 10 ms more', () => {
    expect(pilot.slowAboveMs).toBe(60);
    const fast = { p95Ms: 4 };
    expect(compared(0.25, [side(0, 0), side(0, 0)], [side(1, 0), side(500, 0, fast)]).slowAboveMs).toBe(14);
  });

  test('keeps its limit when the baseline becomes slower later', () => {
    const later = compare(pilot, { share: 0.25, canary: side(300, 0), baseline: side(900, 0, { p95Ms: 400 }) });

    expect(later.slowAboveMs).toBe(60);
  });

  const slowed = (p95Ms: number): Comparison =>
    [
      [side(170, 0, { slower: 0 }), side(500, 0, { slower: 4 })] as const,
      [side(330, 0, { slower: 30, p95Ms }), side(980, 0, { slower: 9 })] as const,
    ].reduce((state, [canary, baseline]) => compare(state, { share: 0.25, canary, baseline }), pilot);

  test('30 slow answers of 160 against 5 of 480 prove a canary whose p95 is 60 % higher to be worse', () => {
    expect(verdictOf(slowed(64), false)).toMatchObject({
      kind: 'fail',
      code: 'CANARY_WORSE_LATENCY',
      reason: expect.stringMatching(
        /^30 answers took longer than 60 ms, of the baseline 5 \(p95 64 ms, baseline 40 ms\), at 25\.0 % of the traffic/,
      ),
    });
  });

  test('a canary whose p95 is less than 10 % higher is good, whatever its slowest answers', () => {
    expect(verdictOf(slowed(43), true)).toMatchObject({ kind: 'pass' });
  });

  test('a proxy that does not count slow answers gives no latency verdict', () => {
    const comparison = compare(pilot, { share: 0.25, canary: side(300, 0), baseline: side(900, 0) });

    expect(weigh(comparison).withoutLatency).toBe('no latency verdict: the proxy does not count slow answers');
  });
});

describe('between good and proven bad', () => {
  const doubtful = compared(0.1, [side(0, 0), side(0, 0)], [side(100, 5), side(900, 10)]);

  test('5 % of errors against 1.1 % hold the step beyond its time', () => {
    expect(verdictOf(doubtful, true, { isLongestHoldOver: false })).toEqual({
      kind: 'wait',
      doubt: '5 of 100 requests failed, of the baseline 10 of 900: neither good nor proven worse',
    });
  });

  test('and are inconclusive when the longest time is over', () => {
    expect(verdictOf(doubtful, true, { isLongestHoldOver: true })).toMatchObject({
      kind: 'inconclusive',
      code: 'CANARY_DOUBTFUL',
    });
  });

  test('2 errors of 100 against 10 of 900 are good: less than one point more', () => {
    const good = compared(0.1, [side(0, 0), side(0, 0)], [side(100, 2), side(900, 10)]);

    expect(verdictOf(good, true, { isLongestHoldOver: false })).toMatchObject({ kind: 'pass' });
  });
});

describe('all releases together', () => {
  test('more than 10 % of errors on both sides turn back a canary that broke what both use', () => {
    const comparison = compared(0.1, [side(0, 0), side(5_000, 5)], [side(19, 1), side(5_200, 60)]);

    expect(verdictOf(comparison, false)).toEqual({
      kind: 'fail',
      code: 'ALL_ERROR_RATE',
      reason: '25.6 % of 219 requests to all releases failed (limit 10 %)',
    });
  });

  test('a canary that fails alone is no fault of all', () => {
    const comparison = compared(0.5, [side(0, 0), side(0, 0)], [side(15, 6), side(15, 0)]);

    expect(verdictOf(comparison, false)).toEqual({ kind: 'wait' });
  });

  test('a release that mends a stable one which failed before may go on', () => {
    const comparison = compared(0.1, [side(0, 0), side(5_000, 2_000)], [side(30, 0), side(5_200, 2_080)]);

    expect(verdictOf(comparison, false)).toEqual({ kind: 'wait' });
  });
});

describe('accepting', () => {
  const accepted = ((): Comparison => {
    const base = compared(0.1, [side(0, 0), side(0, 0)], [side(60, 0), side(540, 0)]);
    return [
      [side(60, 0, { slower: 0 }), side(540, 0, { slower: 0 })] as const,
      [side(2_060, 20, { slower: 20 }), side(18_540, 180, { slower: 180 })] as const,
    ].reduce((state, [canary, baseline]) => compare(state, { share: 0.1, canary, baseline }), base);
  })();

  test('ends a hold before its time only when the plan says so', () => {
    expect(verdictOf(accepted, false)).toEqual({ kind: 'wait' });
    expect(verdictOf(accepted, false, { endsOnAccept: true })).toMatchObject({ kind: 'pass' });
  });

  test('needs evidence on errors and on latency', () => {
    const onErrorsAlone = compared(0.1, [side(0, 0), side(0, 0)], [side(2_000, 20), side(499, 180)]);

    expect(weigh(accepted).isAccepted).toBe(true);
    expect(weigh(onErrorsAlone).isAccepted).toBe(false);
  });
});

/** A busy machine may take its time. */
const simulationMs = 120_000;

describe('simulated, looked at every 100 ms', { timeout: simulationMs }, () => {
  const runs = (count: number, settings: Parameters<typeof simulateCanary>[0]) =>
    Array.from({ length: count }, (_, seed) => simulateCanary({ ...settings, seed: seed + 1 }));
  const equal = { errorRate: 0.01, medianMs: 30 };

  test('200 canaries as good as their baseline: at most 5 are turned back', () => {
    const ends = runs(200, {
      share: 0.1,
      requestsPerSecond: 100,
      seconds: 60,
      canary: equal,
      baseline: equal,
      seed: 0,
    });

    expect(ends.filter(({ verdict }) => verdict.kind === 'fail').length).toBeLessThanOrEqual(5);
  });

  test('canaries that fail 10 % of their requests serve at most 5 errors in the median', () => {
    const canary = { ...equal, errorRate: 0.1 };
    const baseline = { ...equal, errorRate: 0.001 };
    const ends = runs(51, { share: 0.1, requestsPerSecond: 500, seconds: 60, canary, baseline, seed: 0 });
    const errors = ends.map(({ canaryErrors }) => canaryErrors).toSorted((a, b) => a - b);

    expect(ends.map(({ verdict }) => verdict.kind)).not.toContain('pass');
    expect(errors[25]).toBeLessThanOrEqual(5);
  });

  test('canaries with a p95 50 % higher are turned back for their latency', () => {
    const canary = { ...equal, medianMs: 45 };
    const ends = runs(51, { share: 0.25, requestsPerSecond: 200, seconds: 120, canary, baseline: equal, seed: 0 });

    const codes = ends.map(({ verdict }) => ('code' in verdict ? verdict.code : verdict.kind));
    expect(codes.filter((code) => code === 'CANARY_WORSE_LATENCY').length).toBeGreaterThanOrEqual(48);
  });
});
