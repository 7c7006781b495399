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
}

export type Verdict =
  | { readonly kind: 'wait' }
  | { readonly kind: 'pass'; readonly lowEvidence: boolean; readonly reason: string }
  | { readonly kind: 'fail'; readonly code: string; readonly reason: string }
  | { readonly kind: 'inconclusive'; readonly code: string; readonly reason: string };

/**
 * Judge the new release by what is known now.
 *
 * May be asked many times per second: `fail` and `inconclusive` come as soon as they are certain, `pass` only when
 * the hold is over, `wait` before. A silent source never passes and never fails.
 */
export function judge(evidence: Evidence, limits: Limits, isHoldOver: boolean): Verdict {
  const { requests, errors } = evidence.total;
  if (requests >= limits.minRequests && requests > 0 && errors / requests > limits.maxErrorRate) {
    const reason = `${percentText(errors / requests)} of ${requestsText(requests)} failed (limit ${limitText(limits.maxErrorRate)})`;
    return { kind: 'fail', code: 'CANARY_ERROR_RATE', reason };
  }
  if (evidence.sourceGoneMs > 0) return judgeSilence(evidence.sourceGoneMs, limits.sourceGraceMs);
  if (!isHoldOver) return { kind: 'wait' };
  if (evidence.stepRequests < limits.minRequestsPerStep) {
    const reason = `${requestsText(evidence.stepRequests)} in this step, ${limits.minRequestsPerStep} are asked for`;
    return { kind: 'inconclusive', code: 'TOO_FEW_REQUESTS', reason };
  }
  const lowEvidence = requests < limits.minRequests;
  const counted = `${errors} of ${requestsText(requests)} failed`;
  return { kind: 'pass', lowEvidence, reason: lowEvidence ? `${counted}: low evidence` : counted };
}

/** Within the grace the hold goes on, also past its end: silence is not a pass. */
function judgeSilence(goneMs: number, graceMs: number): Verdict {
  if (goneMs < graceMs) return { kind: 'wait' };
  const reason = `the proxy has given no figures for ${durationText(goneMs)}`;
  return { kind: 'inconclusive', code: 'EVIDENCE_GONE', reason };
}
