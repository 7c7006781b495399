import type { Comparison } from './comparison.ts';
import { pilotRequests } from './comparison.ts';
import { acceptValue, eValue } from './e-process.ts';
import { countText, percentText } from './words.ts';

/** Chance of rejecting a canary that is no worse, over all metrics and looks together. */
export const alpha = 0.01;
/** Chance of accepting one that is twice as bad. */
const beta = 0.05;
const metrics = 2;
export const rejectAt = metrics / alpha;
export const acceptAt = 1 / beta;
/** Less than this is no sign of anything; a rule of thumb. */
const signAt = 3;
/** Operators call a canary good up to here: errors in points of the rate, latency as a part of the baseline's p95. */
const goodErrors = 0.01;
const goodLatency = 0.1;
/** JSON knows no infinity, and nobody reads more digits. */
const greatest = 1e12;

/** How a comparison stands. */
export interface Weighed {
  /** Proven worse; the first metric that is. */
  readonly worse: { readonly code: string; readonly reason: string } | null;
  /** Neither good nor proven bad: what speaks against it, for a hold that goes on. */
  readonly doubt: string | null;
  /** Ruled out, for every metric, that it is twice as bad. */
  readonly isAccepted: boolean;
  /** Why latency is not judged; null when it is. */
  readonly withoutLatency: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * Say what the evidence of both sides amounts to, at any time and as often as wanted.
 *
 * Source: docs/decisions/ on the canary verdict.
 */
export function weigh(comparison: Comparison): Weighed {
  const { errors, slow, canary, baseline, slowAboveMs, last } = comparison;
  const [eErrors, eLatency] = [capped(eValue(errors)), capped(eValue(slow))];
  const p95Ms = last?.canary.p95Ms ?? null;
  const baselineP95Ms = last?.baseline.p95Ms ?? null;
  const slowerBy = p95Ms === null || baselineP95Ms === null ? null : p95Ms / baselineP95Ms - 1;
  const share = last?.share ?? 0;
  const withoutLatency = reasonAgainstLatency(comparison);
  const excess = rate(canary.errors, canary.requests) - rate(baseline.errors, baseline.requests);
  const isSlower = slowerBy !== null && slowerBy > goodLatency;
  const ofErrors =
    `${canary.errors} of ${countText(canary.requests)} requests failed, of the baseline ` +
    `${baseline.errors} of ${countText(baseline.requests)}`;
  const ofLatency =
    `${canary.slow} answers took longer than ${Math.round(slowAboveMs ?? 0)} ms, of the baseline ${baseline.slow} ` +
    `(p95 ${ms(p95Ms)}, baseline ${ms(baselineP95Ms)})`;
  const proof = (e: number): string =>
    `at ${percentText(share)} of the traffic: e-value ${eText(e)}, ${rejectAt} is proof`;
  return {
    worse:
      eErrors >= rejectAt
        ? { code: 'CANARY_WORSE_ERRORS', reason: `${ofErrors}, ${proof(eErrors)}` }
        : eLatency >= rejectAt && isSlower
          ? { code: 'CANARY_WORSE_LATENCY', reason: `${ofLatency}, ${proof(eLatency)}` }
          : null,
    doubt:
      eErrors >= signAt && excess > goodErrors
        ? `${ofErrors}: neither good nor proven worse`
        : eLatency >= signAt && isSlower
          ? `${ofLatency}: neither good nor proven worse`
          : null,
    isAccepted: acceptValue(errors) >= acceptAt && withoutLatency === null && acceptValue(slow) >= acceptAt,
    withoutLatency,
    facts: {
      eValue: Math.max(eErrors, eLatency),
      eErrors,
      eLatency,
      alpha,
      rejectAt,
      share,
      p95Ms,
      baselineP95Ms,
      slowAboveMs,
      canary,
      baseline,
      ...(withoutLatency === null ? {} : { withoutLatency }),
    },
  };
}

function reasonAgainstLatency({ slowAboveMs, baseline, last }: Comparison): string | null {
  if (slowAboveMs === null) {
    return `no latency verdict: ${countText(baseline.requests)} of ${pilotRequests} baseline requests`;
  }
  if (last !== null && last.canary.slower === null) return 'no latency verdict: the proxy does not count slow answers';
  return null;
}

function rate(events: number, requests: number): number {
  return requests === 0 ? 0 : events / requests;
}

function capped(e: number): number {
  return Math.min(greatest, e);
}

function eText(e: number): string {
  if (e >= 1e6) return 'above 1,000,000';
  return e < 100 ? e.toFixed(1) : countText(Math.round(e));
}

function ms(value: number | null): string {
  return value === null ? 'unknown' : `${Math.round(value)} ms`;
}
