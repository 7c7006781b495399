import type { Counts } from '../analysis/judge.ts';
import { durationText, limitText, percentText, requestsText } from '../analysis/words.ts';
import type { RolloutEnd } from './messages.ts';

/** What the proxy counted of a release in some time. */
export interface Seen extends Counts {
  /** 95th percentile of the last requests in ms; null without any. */
  readonly p95Ms: number | null;
}

/** The stable release under watch, after its promotion; plain JSON. */
export interface Watch {
  readonly releaseId: string;
  readonly version: string;
  /** ISO 8601, both. */
  readonly since: string;
  readonly until: string;
  /** The release before, while both served; null where nobody compared. It is remembered, not asked again. */
  readonly remembered: Seen | null;
  readonly seen: Seen;
  /** Moments that were neither good nor bad enough, the last ones first. */
  readonly doubts: readonly { readonly at: string; readonly reason: string }[];
  /** Null while it goes on. */
  readonly end: WatchEnd | null;
}

export interface WatchEnd {
  readonly at: string;
  readonly outcome: RolloutEnd['outcome'];
  /** Stable: `WATCHED`, `WATCH_ROLLED_BACK`. */
  readonly code: string;
  readonly message: string;
}

export interface WatchLimits {
  /** A fraction; strictly above turns back. */
  readonly maxErrorRate: number;
  readonly minRequests: number;
}

export type WatchVerdict =
  | { readonly kind: 'good' }
  | { readonly kind: 'doubt'; readonly reason: string }
  | { readonly kind: 'bad'; readonly reason: string };

/** Operators call a release good up to here: errors in points of the rate, latency as a factor and in ms. */
const goodErrors = 0.01;
const slowFactor = 1.5;
const unnoticedMs = 10;
const rememberedDoubts = 20;

/**
 * Judge the last minute of the stable release.
 *
 * Nobody serves beside it, so no bound on false alarms can be given: only the limit that no release may cross turns
 * back, and only where the release before did not cross it too. What is merely worse than remembered is a doubt.
 * Source: docs/decisions/0021-a-watch-remembers-its-baseline.md.
 */
export function judgeWatch(minute: Seen, remembered: Seen | null, limits: WatchLimits): WatchVerdict {
  const { requests, errors, p95Ms } = minute;
  if (requests === 0 || requests < limits.minRequests) return { kind: 'good' };
  const rate = errors / requests;
  const before = remembered === null || remembered.requests === 0 ? null : remembered.errors / remembered.requests;
  const said = `${percentText(rate)} of ${requestsText(requests)} failed`;
  if (rate > limits.maxErrorRate && (before ?? 0) <= limits.maxErrorRate) {
    return { kind: 'bad', reason: `${said} within a minute (limit ${limitText(limits.maxErrorRate)})` };
  }
  if (before !== null && rate > before + goodErrors) {
    return { kind: 'doubt', reason: `${said}, of the release before ${percentText(before)} when both served` };
  }
  const usual = remembered?.p95Ms ?? null;
  if (p95Ms !== null && usual !== null && p95Ms > Math.max(usual * slowFactor, usual + unnoticedMs)) {
    const reason = `p95 is ${Math.round(p95Ms)} ms, of the release before ${Math.round(usual)} ms when both served`;
    return { kind: 'doubt', reason };
  }
  return { kind: 'good' };
}

export function withDoubt(watch: Watch, at: string, reason: string): Watch {
  return { ...watch, doubts: [{ at, reason }, ...watch.doubts].slice(0, rememberedDoubts) };
}

/** How a watch ends whose time is over. */
export function endOfWatch(watch: Watch, limits: WatchLimits, at: string): WatchEnd {
  const { version, seen, doubts } = watch;
  const lasted = durationText(Date.parse(at) - Date.parse(watch.since));
  const counted = `${seen.errors} of ${requestsText(seen.requests)} failed in ${lasted}`;
  const [doubt] = doubts;
  if (doubt !== undefined) {
    const message = `${version} serves, and there were doubts: ${doubt.reason} (${doubt.at}); ${counted}`;
    return { at, outcome: 'inconclusive', code: 'WATCH_DOUBTFUL', message };
  }
  const low = seen.requests < limits.minRequests ? ': low evidence' : '';
  return { at, outcome: 'ok', code: 'WATCHED', message: `${version} serves well: ${counted}${low}` };
}
