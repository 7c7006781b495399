import { initialState, nextAction, transition } from '../../../../src/domain/rollout/machine.ts';
import type { RolloutPlan } from '../../../../src/domain/rollout/plan.ts';
import type { Action, ActionType, Cause, RolloutEvent, RolloutState } from '../../../../src/domain/rollout/state.ts';

export const bad: Cause = { kind: 'failed', code: 'CANARY_ERROR_RATE', reason: '20.0 % of 100 requests failed' };
export const unclear: Cause = { kind: 'inconclusive', code: 'TOO_FEW_REQUESTS', reason: '3 requests in this step' };
export const asked: Cause = { kind: 'asked', code: 'ABORTED', reason: 'aborted by a person' };

/** The event of an action that went well. */
export function success(action: Action, lowEvidence = false): RolloutEvent {
  if (action.type === 'join') return { type: 'joined', baseline: { requests: 0, errors: 0 } };
  if (action.type === 'observe') {
    return { type: 'observed', lowEvidence, counts: { requests: 100, errors: 0 }, heldMs: action.holdMs };
  }
  return { type: 'done', action: action.type };
}

export interface Walk {
  readonly state: RolloutState;
  readonly actions: readonly Action[];
}

/** Walk to the end; `answer` may give another event than success for an action. */
export function walk(
  plan: RolloutPlan,
  stableId: string | null,
  answer: (action: Action, index: number) => RolloutEvent | null = () => null,
  from: RolloutState = initialState(stableId),
): Walk {
  let state = from;
  const actions: Action[] = [];
  for (let index = 0; index < 500; index += 1) {
    const action = nextAction(state, plan);
    if (action === null) return { state, actions };
    actions.push(action);
    state = transition(state, answer(action, index) ?? success(action), plan);
  }
  throw new Error('this rollout does not end');
}

export function failAt(type: ActionType, cause: Cause, nth = 1): (action: Action) => RolloutEvent | null {
  let seen = 0;
  return (action) => {
    if (action.type !== type) return null;
    seen += 1;
    return seen === nth ? { type: 'failed', action: type, cause } : null;
  };
}

export function names(walked: Walk): readonly string[] {
  return walked.actions.map((action) => (action.type === 'shift' ? `shift ${action.weightPercent}` : action.type));
}
