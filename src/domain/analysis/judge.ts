import type { Comparison } from './comparison.ts';
import { weigh } from './weigh.ts';
import { durationText, limitText, percentText, requestsText } from './words.ts';

/** Finished requests, and those of them that failed (5xx, timeouts, resets). */
export interface Counts {
  readonly requests: number;
  readonly errors: number;
}

export interface Evidence {
  /** The new release since its first request. */
  readonly total: Counts;
  /** Its requests in this step alone. */
  readonly stepRequests: number;
  /** How long the source has given no answer, in ms; 0 while it answers. */
  readonly sourceGoneMs: number;
  /** The new release against the stable one; without one only the absolute guards speak. */
  readonly comparison?: Comparison | undefined;
}

export interface Limits {
  /** A fraction (0.1 = 10 %); strictly above fails. */
  readonly maxErrorRate: number;
  /** The error rate says something only from this many requests on. */
  readonly minRequests: number;
  /** Fewer requests in a whole step are inconclusive; 0 asks for none. */
  readonly minRequestsPerStep: number;
  /** How long the source may be silent before that is inconclusive, in ms. */
  readonly sourceGraceMs: number;
  /** A step whose evidence is in between goes on no longer than this, then it is inconclusive. Default: the hold. */
  readonly isLongestHoldOver?: boolean | undefined;
  /** The hold ends as soon as the new release is accepted. */
  readonly endsOnAccept?: boolean | undefined;
}

export type Verdict =
  /** `doubt`: the hold is over, but what was seen is neither good nor proven bad. */
  | { readonly kind: 'wait'; readonly doubt?: string }
  | { readonly kind: 'pass'; readonly lowEvidence: boolean; readonly reason: string }
  | { readonly kind: 'fail'; readonly code: string; readonly reason: string }
  | { readonly kind: 'inconclusive'; readonly code: string; readonly reason: string };

/**
 * Judge the new release by what is known now.
 *
 * May be asked many times per second: `fail` and `inconclusive` come as soon as they are certain, `pass` only when
 * the hold is over, `wait` before. A silent source never passes and never fails.
 * Source: docs/decisions/ on the canary verdict.
 */
export function judge(evidence: Evidence, limits: Limits, isHoldOver: boolean): Verdict {
  const { requests, errors } = evidence.total;
  if (requests >= limits.minRequests && requests > 0 && errors / requests > limits.maxErrorRate) {
    const reason = `${percentText(errors / requests)} of ${requestsText(requests)} failed (limit ${limitText(limits.maxErrorRate)})`;
    return { kind: 'fail', code: 'CANARY_ERROR_RATE', reason };
  }
  const all = judgeAll(evidence.comparison, limits);
  if (all !== null) return all;
  const weighed = evidence.comparison === undefined ? null : weigh(evidence.comparison);
  if (weighed?.worse != null) return { kind: 'fail', ...weighed.worse };
  if (evidence.sourceGoneMs > 0) return judgeSilence(evidence.sourceGoneMs, limits.sourceGraceMs);
  const isAccepted = limits.endsOnAccept === true && weighed?.isAccepted === true;
  if (!isHoldOver && !isAccepted) return { kind: 'wait' };
  // At 100 % there is nobody to compare with.
  const isCompared = (evidence.comparison?.last?.share ?? 1) < 1;
  if (weighed?.doubt != null && isCompared) {
    if (limits.isLongestHoldOver === false) return { kind: 'wait', doubt: weighed.doubt };
    return { kind: 'inconclusive', code: 'CANARY_DOUBTFUL', reason: weighed.doubt };
  }
  if (evidence.stepRequests < limits.minRequestsPerStep) {
    const reason = `${requestsText(evidence.stepRequests)} in this step, ${limits.minRequestsPerStep} are asked for`;
    return { kind: 'inconclusive', code: 'TOO_FEW_REQUESTS', reason };
  }
  const lowEvidence = requests < limits.minRequests;
  const counted = `${errors} of ${requestsText(requests)} failed`;
  const said = [
    lowEvidence ? `${counted}: low evidence` : counted,
    ...(isCompared && weighed?.withoutLatency ? [weighed.withoutLatency] : []),
  ];
  return { kind: 'pass', lowEvidence, reason: said.join(', ') };
}

/**
 * Both sides fail together, as when the new release breaks what they share; one that mends such a state may go on.
 *
 * Only when the baseline is above the limit too: a canary that fails alone has a guard of its own.
 */
function judgeAll(comparison: Comparison | undefined, limits: Limits): Verdict | null {
  if (comparison === undefined || (comparison.errorRateBefore ?? 0) > limits.maxErrorRate) return null;
  const { canary, baseline } = comparison;
  if (baseline.requests < limits.minRequests || baseline.errors / baseline.requests <= limits.maxErrorRate) return null;
  const requests = canary.requests + baseline.requests;
  const errors = canary.errors + baseline.errors;
  if (requests === 0 || errors / requests <= limits.maxErrorRate) return null;
  const reason = `${percentText(errors / requests)} of ${requestsText(requests)} to all releases failed (limit ${limitText(limits.maxErrorRate)})`;
  return { kind: 'fail', code: 'ALL_ERROR_RATE', reason };
}

/** Within the grace the hold goes on, also past its end: silence is not a pass. */
function judgeSilence(goneMs: number, graceMs: number): Verdict {
  if (goneMs < graceMs) return { kind: 'wait' };
  const reason = `the proxy has given no figures for ${durationText(goneMs)}`;
  return { kind: 'inconclusive', code: 'EVIDENCE_GONE', reason };
}
