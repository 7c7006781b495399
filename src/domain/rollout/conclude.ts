import { EnvironmentError, Inconclusive, InternalError, LockHeld, RollbackFailed, RolledBack } from '../../errors.ts';
import type { FairwayError } from '../../errors.ts';
import type { RolloutEnd } from './messages.ts';
import type { ReleaseRef, RolloutPlan } from './plan.ts';
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
  const times = { durationMs: Math.round(around.durationMs), holdMs: Math.round(state.heldMs) };
  switch (state.phase) {
    case 'promoted':
      return { outcome: 'ok', code: 'PROMOTED', message: `${version} serves all traffic at ${around.url}`, ...times };
    case 'held': {
      const message = `${state.cause.reason}. ${version} is held at ${state.weightPercent} % of the traffic`;
      const hint = 'Go on with "fairway resume", or return to the stable release with "fairway abort".';
      return { outcome: 'inconclusive', code: state.cause.code, message, hint, ...times };
    }
    case 'rolledBack': {
      const message = `${state.cause.reason}. ${whatServes(state, around.stable)}`;
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

/** The error that ends the command of a client that followed to this end; null for a good one. */
export function endError(end: RolloutEnd): FairwayError | null {
  const detail = { facts: { rollout: end }, ...(end.hint === undefined ? {} : { hint: end.hint }) };
  switch (end.outcome) {
    case 'ok':
    case 'planned':
    case 'running':
      return null;
    case 'rolled-back':
      return new RolledBack(end.code, end.message, detail);
    case 'rollback-failed':
      return new RollbackFailed(end.code, end.message, detail);
    case 'inconclusive':
      return new Inconclusive(end.code, end.message, detail);
    case 'error':
      return new EnvironmentError(end.code, end.message, detail);
    case 'locked':
      return new LockHeld(end.code, end.message, detail);
    default:
      return new InternalError(end.code, `a rollout cannot end as ${end.outcome}: ${end.message}`, detail);
  }
}

function outcomeOf(cause: Cause): RolloutEnd['outcome'] {
  if (cause.kind === 'inconclusive') return 'inconclusive';
  return cause.kind === 'environment' ? 'error' : 'rolled-back';
}

function whatServes(state: RolloutState, stable: ReleaseRef | null): string {
  if (stable === null) return 'Nothing serves: there was no release before, and what was started is cleared';
  return state.weightPercent === 0 && state.counts.requests === 0
    ? `${stable.version} serves as before`
    : `All traffic is back on ${stable.version}`;
}

function whatStands(state: RolloutState, version: string, stable: ReleaseRef | null): string {
  const fresh = `${version} was left as it is, with ${state.weightPercent} % of the traffic`;
  return stable === null ? fresh : `Both releases were left up: ${stable.version} is stable, ${fresh}`;
}
