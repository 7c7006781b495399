import type { RolloutPlan } from './plan.ts';
import { backRoad, forwardRoad, promotedRoad } from './roads.ts';
import type { Action, ActionType, Cause, RolloutEvent, RolloutState } from './state.ts';

/** A rollout that has done nothing yet; `stableId` is the release that serves now, null for a first deploy. */
export function initialState(stableId: string | null): RolloutState {
  return {
    phase: 'forward',
    stableId,
    position: 0,
    reached: 0,
    weightPercent: 0,
    baseline: { requests: 0, errors: 0 },
    counts: { requests: 0, errors: 0 },
    lowEvidence: false,
    heldMs: 0,
    leftovers: [],
  };
}

/** What to do now; null when nothing is left to do, or a person must decide. */
export function nextAction(state: RolloutState, plan: RolloutPlan): Action | null {
  return roadOf(state, plan)[state.position] ?? null;
}

/** The state after an event. An event that does not belong to the current action changes nothing. */
export function transition(state: RolloutState, event: RolloutEvent, plan: RolloutPlan): RolloutState {
  if (event.type === 'interrupted') {
    return state.phase === 'forward' || state.phase === 'held' ? turnBack(state, event.cause) : state;
  }
  if (event.type === 'resumed') return resume(state);
  const current = nextAction(state, plan);
  if (current === null || current.type !== actionOf(event)) return state;
  if (event.type === 'failed') return fail(state, event, plan);
  if (event.type === 'joined') return advance({ ...state, baseline: event.baseline }, plan);
  if (event.type === 'observed') {
    const { lowEvidence, counts, comparison = state.comparison } = event;
    return advance({ ...state, lowEvidence, counts, comparison, heldMs: state.heldMs + event.heldMs }, plan);
  }
  return advance({ ...state, weightPercent: weightAfter(current, state.weightPercent) }, plan);
}

function roadOf(state: RolloutState, plan: RolloutPlan): readonly Action[] {
  if (state.phase === 'forward') return forwardRoad(plan, state.stableId);
  if (state.phase === 'promoted') return promotedRoad(plan, state.stableId);
  return state.phase === 'back' ? backRoad(plan, state.stableId, state.reached) : [];
}

function actionOf(event: Exclude<RolloutEvent, { type: 'interrupted' | 'resumed' }>): ActionType {
  if (event.type === 'joined') return 'join';
  return event.type === 'observed' ? 'observe' : event.action;
}

function weightAfter(action: Action, weightPercent: number): number {
  if (action.type === 'shift') return action.weightPercent;
  return action.type === 'shift-back' || action.type === 'stop-proxy' ? 0 : weightPercent;
}

function advance(state: RolloutState, plan: RolloutPlan): RolloutState {
  const road = roadOf(state, plan);
  const current = road[state.position];
  if (state.phase === 'back') {
    const position = state.position + 1;
    return position < road.length ? { ...state, position } : { ...state, phase: 'rolledBack', position };
  }
  if (current?.type === 'persist') return { ...state, phase: 'promoted', position: 0 };
  const position = state.position + (skipsSmoke(current, state) ? 2 : 1);
  return state.phase === 'forward' ? { ...state, position, reached: position } : { ...state, position };
}

/** Between two steps the smoke is repeated only for a release that few requests have reached. */
function skipsSmoke(action: Action | undefined, state: RolloutState): boolean {
  return action?.type === 'observe' && action.weightPercent < 100 && !state.lowEvidence;
}

function turnBack(state: RolloutState, cause: Cause): RolloutState {
  return { ...state, phase: 'back', position: 0, cause };
}

/** Cleaning up may fail; traffic and proof on the way back, and clearing a first deploy, may not. */
const mustSucceed: ReadonlySet<ActionType> = new Set<ActionType>([
  'shift-back',
  'persist-stable',
  'verify',
  'stop-proxy',
  'close',
  'start-old',
  'await-old',
  'open',
]);

function fail(state: RolloutState, event: Extract<RolloutEvent, { type: 'failed' }>, plan: RolloutPlan): RolloutState {
  const { cause, action } = event;
  const known = {
    ...state,
    counts: event.counts ?? state.counts,
    comparison: event.comparison ?? state.comparison,
    heldMs: state.heldMs + (event.heldMs ?? 0),
  };
  if (known.phase === 'forward') {
    const canHold = cause.kind === 'inconclusive' && plan.onInconclusive === 'hold' && known.stableId !== null;
    if (!canHold || known.weightPercent === 0) return turnBack(known, cause);
    return { ...known, phase: 'held', position: lastObserve(known, plan), cause };
  }
  const isClearing = known.stableId === null && action === 'stop-new';
  if (known.phase === 'back' && (mustSucceed.has(action) || isClearing)) {
    return { ...known, phase: 'rollbackFailed', failedAt: action, failure: cause };
  }
  return advance({ ...known, leftovers: [...known.leftovers, `${action}: ${cause.reason}`] }, plan);
}

/** A held rollout takes its step up again from the beginning of the hold. */
function lastObserve(state: RolloutState, plan: RolloutPlan): number {
  const road = forwardRoad(plan, state.stableId).slice(0, state.position + 1);
  return road.findLastIndex((action) => action.type === 'observe');
}

function resume(state: RolloutState): RolloutState {
  if (state.phase === 'held') {
    const { cause: _, ...rest } = state;
    return { ...rest, phase: 'forward' };
  }
  if (state.phase === 'rollbackFailed') {
    const { failedAt: _at, failure: _failure, ...rest } = state;
    return { ...rest, phase: 'back', position: 0 };
  }
  return state;
}
