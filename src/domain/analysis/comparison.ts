import type { Counts } from './judge.ts';
import { accumulate, noEvidence } from './e-process.ts';
import type { EProcess } from './e-process.ts';

/** Counters of one release as the proxy gives them: they only grow while it lives. */
export interface SideLook extends Counts {
  /** Slower than the frozen limit; null while nobody asks or the proxy cannot tell. */
  readonly slower: number | null;
  /** Of the recent window, in ms; null without requests. */
  readonly p95Ms: number | null;
}

/** One look at both sides; `share` is the canary's part of new requests, 0 to 1. */
export interface Look {
  readonly share: number;
  readonly canary: SideLook;
  readonly baseline: SideLook;
}

/** What was counted of one side while both served. */
export interface Compared extends Counts {
  /** Of the requests since the limit was frozen. */
  readonly slow: number;
}

/** The canary against the baseline since it got its first share; plain JSON, carried from step to step. */
export interface Comparison {
  readonly errors: EProcess;
  readonly slow: EProcess;
  /** What counts as slow, in ms; null until the pilot is over. */
  readonly slowAboveMs: number | null;
  readonly canary: Compared;
  readonly baseline: Compared;
  /** Rate of errors of the baseline in all its life before; null when it had no requests. */
  readonly errorRateBefore: number | null;
  /** Null: the next look only begins. */
  readonly last: Look | null;
}

/** Baseline requests, both sides serving, before the limit of slowness is frozen. */
export const pilotRequests = 500;
const slowFactor = 1.5;
/** Of two answers this close together nobody notices which one was slower. */
const unnoticedMs = 10;

const nothing: Compared = { requests: 0, errors: 0, slow: 0 };

export const noComparison: Comparison = {
  errors: noEvidence,
  slow: noEvidence,
  slowAboveMs: null,
  canary: nothing,
  baseline: nothing,
  errorRateBefore: null,
  last: null,
};

/** After a shift, a pause or a restart: what happened in between had another share, and is left out. */
export function takeUp(comparison: Comparison): Comparison {
  return { ...comparison, last: null };
}

/** Take one look into account; counters that began anew, as after a restart of the proxy, only begin again. */
export function compare(comparison: Comparison, look: Look): Comparison {
  const { last } = comparison;
  if (last === null || hasBegunAnew(last.canary, look.canary) || hasBegunAnew(last.baseline, look.baseline)) {
    return { ...comparison, errorRateBefore: comparison.errorRateBefore ?? rateOf(look.baseline), last: look };
  }
  const canary = since(last.canary, look.canary);
  const baseline = since(last.baseline, look.baseline);
  const batch = (canaryEvents: number, baselineEvents: number) => ({ share: look.share, canaryEvents, baselineEvents });
  const added = {
    ...comparison,
    errors: accumulate(comparison.errors, batch(canary.errors, baseline.errors)),
    slow: accumulate(comparison.slow, batch(canary.slow, baseline.slow)),
    canary: sum(comparison.canary, canary),
    baseline: sum(comparison.baseline, baseline),
    last: look,
  };
  return { ...added, slowAboveMs: added.slowAboveMs ?? limitOf(added.baseline, look.baseline) };
}

/** Frozen once: a limit that moves with what it judges would prove nothing. */
function limitOf({ requests }: Compared, { p95Ms }: SideLook): number | null {
  if (requests < pilotRequests || p95Ms === null) return null;
  return Math.max(p95Ms * slowFactor, p95Ms + unnoticedMs);
}

function hasBegunAnew(before: SideLook, now: SideLook): boolean {
  return now.requests < before.requests || now.errors < before.errors || (now.slower ?? 0) < (before.slower ?? 0);
}

function since(before: SideLook, now: SideLook): Compared {
  const slow = before.slower === null || now.slower === null ? 0 : now.slower - before.slower;
  return { requests: now.requests - before.requests, errors: now.errors - before.errors, slow };
}

function sum(a: Compared, b: Compared): Compared {
  return { requests: a.requests + b.requests, errors: a.errors + b.errors, slow: a.slow + b.slow };
}

function rateOf({ requests, errors }: Counts): number | null {
  return requests === 0 ? null : errors / requests;
}
