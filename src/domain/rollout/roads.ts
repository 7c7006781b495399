import type { ProcessSpec, RolloutPlan, Step } from './plan.ts';
import type { Action, ActionType } from './state.ts';

/**
 * The shares that the new release gets, rising to 100 %.
 *
 * A first release has nobody to share with; blue-green is one switch, watched for the longest hold of the plan.
 */
export function stepsOf(plan: RolloutPlan, isFirst: boolean): readonly Step[] {
  if (isFirst) return [{ weightPercent: 100, holdMs: 0 }];
  if (plan.strategy === 'blue-green') {
    const holdMs = Math.max(0, ...plan.steps.map((step) => step.holdMs));
    return [{ weightPercent: 100, holdMs, pause: plan.steps.some(({ pause }) => pause) }];
  }
  const rising: Step[] = [];
  for (const step of plan.steps) if (step.weightPercent > (rising.at(-1)?.weightPercent ?? 0)) rising.push(step);
  return rising.at(-1)?.weightPercent === 100 ? rising : [...rising, { weightPercent: 100, holdMs: 0 }];
}

/** What leads to the promotion. The release smokes at its own door before users reach it, and at theirs at 100 %. */
export function forwardRoad(plan: RolloutPlan, stableId: string | null): readonly Action[] {
  return [
    { type: 'prepare' },
    ...starts(plan, (process) => !process.singleton),
    { type: 'await-ready' },
    { type: 'smoke', door: 'release' },
    { type: 'join' },
    ...stepsOf(plan, stableId === null).flatMap(({ weightPercent, holdMs, pause = false }, step): Action[] => [
      { type: 'shift', weightPercent },
      { type: 'observe', step, weightPercent, holdMs, ...(pause ? { pause } : {}) },
      { type: 'smoke', door: weightPercent === 100 ? 'users' : 'release' },
    ]),
    { type: 'persist' },
  ];
}

/** What follows the promotion: only now the old release ends, and what runs once is handed over. */
export function promotedRoad(plan: RolloutPlan, stableId: string | null): readonly Action[] {
  const end: readonly Action[] =
    (plan.warmMs ?? 0) > 0 ? [{ type: 'keep-warm' }] : [{ type: 'remove-old' }, { type: 'stop-old' }];
  const old: readonly Action[] = stableId === null ? [] : [{ type: 'drain-old' }, ...end];
  return [...old, ...starts(plan, (process) => process.singleton)];
}

/**
 * The way back from where the way forward had come.
 *
 * Traffic first, then the proof that the stable release answers, and only then the end of the new one. A first
 * deploy leaves nothing behind, the proxy included.
 */
export function backRoad(plan: RolloutPlan, stableId: string | null, reached: number): readonly Action[] {
  if (stableId === null) return [{ type: 'stop-proxy' }, { type: 'stop-new' }];
  const hasJoined = hasBegun('join', plan, stableId, reached);
  return [
    ...(hasShifted(plan, stableId, reached) ? ([{ type: 'shift-back' }, { type: 'persist-stable' }] as const) : []),
    { type: 'verify' },
    ...(hasJoined ? ([{ type: 'drain-new' }, { type: 'remove-new' }] as const) : []),
    { type: 'stop-new' },
  ];
}

/** Whether users may have reached the new release. */
export function hasShifted(plan: RolloutPlan, stableId: string | null, reached: number): boolean {
  return hasBegun('shift', plan, stableId, reached);
}

function hasBegun(type: ActionType, plan: RolloutPlan, stableId: string | null, reached: number): boolean {
  return forwardRoad(plan, stableId).findIndex((action) => action.type === type) <= reached;
}

function starts(plan: RolloutPlan, isWanted: (process: ProcessSpec) => boolean): readonly Action[] {
  return plan.release.processes.filter(isWanted).map((process) => ({ type: 'start', process: process.name }));
}
