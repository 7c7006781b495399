import { describe, expect, test } from 'vitest';
import { judge } from '../../../../src/domain/analysis/judge.ts';
import type { Evidence, Limits } from '../../../../src/domain/analysis/judge.ts';

const limits: Limits = { maxErrorRate: 0.1, minRequests: 20, minRequestsPerStep: 0, sourceGraceMs: 3_000 };

function seen(requests: number, errors: number, changes: Partial<Evidence> = {}): Evidence {
  return { total: { requests, errors }, stepRequests: requests, sourceGoneMs: 0, ...changes };
}

describe('the absolute guard', () => {
  test('fails a canary at once when 3 of its 20 requests failed', () => {
    expect(judge(seen(20, 3), limits, false)).toEqual({
      kind: 'fail',
      code: 'CANARY_ERROR_RATE',
      reason: '15.0 % of 20 requests failed (limit 10 %)',
    });
  });

  test('does not speak before 20 requests', () => {
    expect(judge(seen(19, 19), limits, false)).toEqual({ kind: 'wait' });
  });

  test('lets exactly 10 % pass: the limit is what is still allowed', () => {
    expect(judge(seen(1_000, 100), limits, true)).toMatchObject({ kind: 'pass', lowEvidence: false });
    expect(judge(seen(1_000, 101), limits, false)).toMatchObject({
      reason: '10.1 % of 1,000 requests failed (limit 10 %)',
    });
  });

  test('fails also while the source is silent: what was seen was seen', () => {
    expect(judge(seen(100, 50, { sourceGoneMs: 10_000 }), limits, false).kind).toBe('fail');
  });
});

describe('a silent source', () => {
  test('is waited for within the grace, also when the hold is over', () => {
    expect(judge(seen(100, 0, { sourceGoneMs: 2_999 }), limits, true)).toEqual({ kind: 'wait' });
  });

  test('is inconclusive after the grace: never pass, never fail', () => {
    expect(judge(seen(100, 0, { sourceGoneMs: 3_000 }), limits, false)).toEqual({
      kind: 'inconclusive',
      code: 'EVIDENCE_GONE',
      reason: 'the proxy has given no figures for 3 s',
    });
  });
});

describe('the end of a step', () => {
  test('with good numbers passes and says them', () => {
    expect(judge(seen(500, 2), limits, true)).toEqual({
      kind: 'pass',
      lowEvidence: false,
      reason: '2 of 500 requests failed',
    });
  });

  test('with few requests passes with the words "low evidence"', () => {
    expect(judge(seen(3, 0), limits, true)).toEqual({
      kind: 'pass',
      lowEvidence: true,
      reason: '0 of 3 requests failed: low evidence',
    });
  });

  test('with fewer requests than the plan asks for is inconclusive', () => {
    const verdict = judge(seen(100, 0, { stepRequests: 40 }), { ...limits, minRequestsPerStep: 50 }, true);

    expect(verdict).toEqual({
      kind: 'inconclusive',
      code: 'TOO_FEW_REQUESTS',
      reason: '40 requests in this step, 50 are asked for',
    });
  });

  test('is not there before the hold is over', () => {
    expect(judge(seen(500, 0), limits, false)).toEqual({ kind: 'wait' });
  });
});
