import { compare, noComparison } from '../../../../src/domain/analysis/comparison.ts';
import { judge } from '../../../../src/domain/analysis/judge.ts';
import type { Verdict } from '../../../../src/domain/analysis/judge.ts';
import { countEnd, emptyTally, p95Of, slowerThan } from '../../../../src/domain/traffic/tally.ts';
import type { Tally } from '../../../../src/domain/traffic/tally.ts';

export interface Behaviour {
  readonly errorRate: number;
  /** Of a log-normal with sigma 0.6: its p95 is 2.7 times as long. */
  readonly medianMs: number;
}

export interface Simulated {
  readonly verdict: Verdict;
  readonly endedAtMs: number;
  readonly canaryRequests: number;
  readonly canaryErrors: number;
}

const lookMs = 100;
/** Sorting the window is most of the work, and it changes slowly. */
const percentileMs = 2_000;
const sigma = 0.6;
const limits = { maxErrorRate: 0.1, minRequests: 20, minRequestsPerStep: 0, sourceGraceMs: 3_000 };

/** Mulberry32: small, seeded, good enough to toss coins. */
export function coin(seed: number): () => number {
  let state = seed * 7_919;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One step of a canary on a proxy's own counters, judged as the agent does; to the first verdict. */
export function simulateCanary(settings: {
  readonly share: number;
  readonly requestsPerSecond: number;
  readonly seconds: number;
  readonly canary: Behaviour;
  readonly baseline: Behaviour;
  readonly seed: number;
}): Simulated {
  const { share, requestsPerSecond, seconds, seed } = settings;
  const toss = coin(seed);
  const tallies = { canary: emptyTally(), baseline: emptyTally() };
  let comparison = noComparison;
  const p95 = { canary: p95Of(tallies.canary), baseline: p95Of(tallies.baseline) };
  for (let elapsedMs = 0; ; elapsedMs += lookMs) {
    if (elapsedMs % percentileMs === 0) {
      p95.canary = p95Of(tallies.canary);
      p95.baseline = p95Of(tallies.baseline);
    }
    const look = (tally: Tally, p95Ms: number | null) => ({
      requests: tally.requests,
      errors: tally.errors,
      p95Ms,
      slower: comparison.slowAboveMs === null ? null : slowerThan(tally, comparison.slowAboveMs),
    });
    comparison = compare(comparison, {
      share,
      canary: look(tallies.canary, p95.canary),
      baseline: look(tallies.baseline, p95.baseline),
    });
    const { requests, errors } = tallies.canary;
    const evidence = { total: { requests, errors }, stepRequests: requests, sourceGoneMs: 0, comparison };
    const isOver = elapsedMs >= seconds * 1_000;
    const verdict = judge(evidence, { ...limits, isLongestHoldOver: isOver }, isOver);
    if (verdict.kind !== 'wait') {
      return { verdict, endedAtMs: elapsedMs, canaryRequests: requests, canaryErrors: errors };
    }
    for (let sent = 0; sent < (requestsPerSecond * lookMs) / 1_000; sent += 1) {
      const side = toss() < share ? 'canary' : 'baseline';
      const { errorRate, medianMs } = settings[side];
      const how = toss() < errorRate ? 'failed' : 'answered';
      tallies[side].inFlight += 1;
      countEnd(tallies[side], { how, durationMs: medianMs * Math.exp(sigma * normal(toss)) });
    }
  }
}

/** Box and Muller. */
export function normal(toss: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - toss())) * Math.cos(2 * Math.PI * toss());
}
