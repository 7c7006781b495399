import { compare, noComparison, takeUp } from '../domain/analysis/comparison.ts';
import type { Comparison, SideLook } from '../domain/analysis/comparison.ts';
import { withMetrics } from '../domain/analysis/metrics.ts';
import type { Sample } from '../domain/analysis/metrics.ts';
import { judge } from '../domain/analysis/judge.ts';
import type { Counts } from '../domain/analysis/judge.ts';
import { weigh } from '../domain/analysis/weigh.ts';
import { describeHold } from '../domain/rollout/describe.ts';
import type { RolloutPlan } from '../domain/rollout/plan.ts';
import type { Action, Cause, RolloutEvent, RolloutState } from '../domain/rollout/state.ts';
import { stepsOf } from '../domain/rollout/roads.ts';
import type { Clock } from '../ports.ts';
import type { BackendStats, Proxy } from '../proxies/proxy.ts';
import { within } from './deadline.ts';
import type { Synthetic } from './synthetic.ts';

const pollMs = 100;
const reportMs = 500;
/** While it waits for a person, perhaps for hours. */
const waitingReportMs = 5_000;
const statsTimeoutMs = 1_000;
/** How long the proxy may be silent before nobody can tell how the release does. */
const sourceGraceMs = 3_000;
const defaultLongestHoldMs = 600_000;

/** What a chart of the hold is drawn from, beside the counts of the new release. */
export type HoldFacts = Readonly<{
  heldMs: number;
  /** Of each release that the proxy knows, as it counts them. */
  releases: Readonly<
    Record<string, { readonly requests: number; readonly errors: number; readonly p95Ms: number | null }>
  >;
}> &
  Readonly<Record<string, unknown>>;

export interface Hold {
  readonly action: Extract<Action, { type: 'observe' }>;
  readonly plan: RolloutPlan;
  readonly state: RolloutState;
  /** What the checks said that stand in for users on a quiet site; `counts` is what users sent up to now. */
  readonly synthetic: (counts: Counts) => Synthetic;
  /** The latest of the metrics of other sources. */
  readonly samples: () => readonly Sample[];
  /** Whether it must go on beyond its time; `atGate` when the hold of a step with a gate is over. */
  readonly mustWait: (atGate: boolean) => Promise<boolean>;
  /** Sees the counts about twice per second. */
  readonly onCounts: (counts: Counts, text: string, facts: HoldFacts) => void;
}

/** Watch the new release for one hold and judge it many times per second; ends early when it is certainly bad. */
export async function observe(
  hold: Hold,
  proxy: Proxy,
  signal: AbortSignal,
  ports: { readonly clock: Clock },
): Promise<RolloutEvent> {
  const { clock } = ports;
  const { action, plan, state, onCounts, mustWait, samples, synthetic } = hold;
  const begin = clock.monotonicMs();
  // A step without a hold gathers nothing that could be too little.
  const minRequestsPerStep = action.holdMs > 0 ? plan.minRequestsPerStep : 0;
  const longestHoldMs = Math.max(action.holdMs, plan.longestHoldMs ?? defaultLongestHoldMs);
  const limits = { ...plan.guard, minRequestsPerStep, sourceGraceMs };
  const steps = stepsOf(plan, state.stableId === null).map(({ weightPercent }) => weightPercent);
  let comparison = takeUp(state.comparison ?? noComparison);
  let counts = state.counts;
  let goneSince: number | null = null;
  let reportedAt = -Infinity;
  for (;;) {
    signal.throwIfAborted();
    const stats = await statsOf(proxy, clock, comparison.slowAboveMs);
    const seen = countsIn(stats, plan.release.id, state.baseline);
    const now = clock.monotonicMs();
    if (seen === null) goneSince ??= now;
    else [counts, goneSince] = [seen, null];
    comparison = lookedAt(comparison, stats, plan.release.id, state);
    const heldMs = now - begin;
    const evidence = {
      total: counts,
      stepRequests: counts.requests - state.counts.requests,
      sourceGoneMs: goneSince === null ? 0 : Math.max(1, now - goneSince),
      ...(state.stableId === null ? {} : { comparison }),
    };
    const isWaiting = await mustWait(action.pause === true && heldMs >= action.holdMs);
    const isHoldOver = heldMs >= action.holdMs && !isWaiting;
    const endsOnAccept = plan.endStepOnAccept === true && !isWaiting && action.pause !== true;
    const judged = judge(evidence, { ...limits, endsOnAccept, isLongestHoldOver: heldMs >= longestHoldMs }, isHoldOver);
    const { rounds, failed } = synthetic(counts);
    if (failed !== null) return { type: 'failed', action: 'observe', cause: failed, counts, heldMs, comparison };
    const verdict = withMetrics(judged, samples());
    if (now - reportedAt >= (isWaiting ? waitingReportMs : reportMs) || verdict.kind !== 'wait') {
      const left = action.holdMs - heldMs;
      const said = verdict.kind === 'wait' ? verdict.doubt : verdict.reason;
      const text =
        said === undefined ? describeHold(state, counts, left, isWaiting, rounds) : `${state.weightPercent} %: ${said}`;
      onCounts(counts, text, {
        ...factsOf(stats, heldMs),
        holdMs: action.holdMs,
        steps,
        isWaiting,
        syntheticRounds: rounds,
        ...weigh(comparison).facts,
      });
      reportedAt = now;
    }
    if (verdict.kind === 'pass') {
      return { type: 'observed', lowEvidence: verdict.lowEvidence, counts, heldMs, comparison };
    }
    if (verdict.kind !== 'wait') {
      const kind: Cause['kind'] = verdict.kind === 'fail' ? 'failed' : 'inconclusive';
      const cause = {
        kind,
        code: verdict.code,
        reason: `${plan.release.version}: ${verdict.reason}`,
        facts: weigh(comparison).facts,
      };
      return { type: 'failed', action: 'observe', cause, counts, heldMs, comparison };
    }
    await clock.sleep(heldMs < action.holdMs ? Math.min(pollMs, Math.max(1, action.holdMs - heldMs)) : pollMs, signal);
  }
}

/** Empty when the proxy does not answer in time. */
export async function statsOf(
  proxy: Proxy,
  clock: Clock,
  slowerThanMs: number | null = null,
): Promise<readonly BackendStats[]> {
  try {
    const asked = slowerThanMs === null ? {} : { slowerThanMs };
    return await within(statsTimeoutMs, 'stats', proxy.stats(asked), clock);
  } catch {
    return [];
  }
}

/** Since `baseline`; null when the proxy does not know the release. */
export function countsIn(stats: readonly BackendStats[], releaseId: string, baseline: Counts): Counts | null {
  const own = stats.find((each) => each.releaseId === releaseId);
  if (own === undefined) return null;
  // A proxy that began to count anew has no baseline.
  const isNew = own.requests < baseline.requests;
  return {
    requests: own.requests - (isNew ? 0 : baseline.requests),
    errors: own.errors - (isNew ? 0 : Math.min(baseline.errors, own.errors)),
  };
}

/** Unchanged when the proxy does not tell of both sides. */
function lookedAt(
  comparison: Comparison,
  stats: readonly BackendStats[],
  releaseId: string,
  { stableId, weightPercent }: RolloutState,
): Comparison {
  const side = (id: string | null): SideLook | null => {
    const own = stats.find((each) => each.releaseId === id);
    if (own === undefined) return null;
    const { requests, errors, p95Ms, slower = null } = own;
    return { requests, errors, p95Ms, slower: comparison.slowAboveMs === null ? null : slower };
  };
  const [canary, baseline] = [side(releaseId), side(stableId)];
  if (canary === null || baseline === null) return comparison;
  return compare(comparison, { share: weightPercent / 100, canary, baseline });
}

function factsOf(stats: readonly BackendStats[], heldMs: number): HoldFacts {
  const releases = stats.map(
    ({ releaseId, requests, errors, p95Ms }) => [releaseId, { requests, errors, p95Ms }] as const,
  );
  return { heldMs: Math.round(heldMs), releases: Object.fromEntries(releases) };
}
