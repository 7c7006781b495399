import { requestsText } from '../analysis/words.ts';
import type { RolloutEnd } from './messages.ts';
import type { ReleaseRef, RolloutPlan } from './plan.ts';
import { hasShifted } from './roads.ts';
import type { Cause, RolloutState } from './state.ts';

export interface Circumstances {
  readonly stable: ReleaseRef | null;
  /** Where users reach the environment. */
  readonly url: string;
  readonly durationMs: number;
}

/**
 * The outcome of a rollout that has one, with the sentence for people; null while it runs.
 *
 * `held` and `rollbackFailed` are outcomes too: a person decides, and the command ends.
 */
export function conclude(state: RolloutState, plan: RolloutPlan, around: Circumstances): RolloutEnd | null {
  const { version } = plan.release;
  const facts = 'cause' in state ? state.cause.facts : undefined;
  const times = {
    durationMs: Math.round(around.durationMs),
    holdMs: Math.round(state.heldMs),
    ...(facts === undefined ? {} : { facts }),
  };
  switch (state.phase) {
    case 'promoted': {
      const where = around.url === '' ? `${version} runs` : `${version} serves all traffic at ${around.url}`;
      const isLow = state.stableId !== null && state.heldMs > 0 && state.counts.requests < plan.guard.minRequests;
      const low = isLow && plan.strategy !== 'rolling' ? `, low evidence: ${requestsText(state.counts.requests)}` : '';
      return { outcome: 'ok', code: 'PROMOTED', message: `${where}${low}`, ...times };
    }
    case 'held': {
      const message = `${state.cause.reason}. ${version} is held at ${state.weightPercent} % of the traffic`;
      const hint = 'Go on with "fairway resume", or return to the stable release with "fairway abort".';
      return { outcome: 'inconclusive', code: state.cause.code, message, hint, ...times };
    }
    case 'rolledBack': {
      const message = `${state.cause.reason}. ${whatServes(state, plan, around.stable)}`;
      const hint = state.cause.hint ?? `What it wrote: fairway logs ${version}`;
      return { outcome: outcomeOf(state.cause), code: state.cause.code, message, hint, ...times };
    }
    case 'rollbackFailed': {
      const message =
        `${state.cause.reason}. The way back failed at "${state.failedAt}": ${state.failure.reason}. ` +
        `${whatStands(state, version, around.stable)} (first cause: ${state.cause.code})`;
      const hint = 'Mend that, then let the agent try again with "fairway resume".';
      return { outcome: 'rollback-failed', code: 'ROLLBACK_FAILED', message, hint, ...times };
    }
    default:
      return null;
  }
}

function outcomeOf(cause: Cause): RolloutEnd['outcome'] {
  if (cause.kind === 'inconclusive') return 'inconclusive';
  return cause.kind === 'environment' ? 'error' : 'rolled-back';
}

function whatServes(state: RolloutState, plan: RolloutPlan, stable: ReleaseRef | null): string {
  if (stable === null) return 'Nothing serves: there was no release before, and what was started is cleared';
  return hasShifted(plan, state.stableId, state.reached)
    ? `All traffic is back on ${stable.version}`
    : `${stable.version} serves as before`;
}

function whatStands(state: RolloutState, version: string, stable: ReleaseRef | null): string {
  const fresh = `${version} was left as it is, with ${state.weightPercent} % of the traffic`;
  return stable === null ? fresh : `Both releases were left up: ${stable.version} is stable, ${fresh}`;
}
