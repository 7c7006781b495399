import type { ProcessSpec, RolloutPlan, Step } from './plan.ts';
import type { Action, ActionType, Barrier } from './state.ts';

/**
 * The shares that the new release gets, rising to 100 %.
 *
 * A first release has nobody to share with; blue-green is one switch, watched for the longest hold of the plan.
 */
export function stepsOf(plan: RolloutPlan, isFirst: boolean): readonly Step[] {
  if (isFirst) return [{ weightPercent: 100, holdMs: 0 }];
  if (plan.strategy !== 'canary') {
    const holdMs = Math.max(0, ...plan.steps.map((step) => step.holdMs));
    return [{ weightPercent: 100, holdMs, pause: plan.steps.some(({ pause }) => pause) }];
  }
  const rising: Step[] = [];
  for (const step of plan.steps) if (step.weightPercent > (rising.at(-1)?.weightPercent ?? 0)) rising.push(step);
  return rising.at(-1)?.weightPercent === 100 ? rising : [...rising, { weightPercent: 100, holdMs: 0 }];
}

/** What leads to the promotion. The release smokes at its own door before users reach it, and at theirs at 100 %. */
export function forwardRoad(plan: RolloutPlan, stableId: string | null): readonly Action[] {
  if (plan.strategy === 'rolling') return rollingRoad(plan);
  if (plan.strategy === 'recreate' && stableId !== null) return recreateRoad(plan);
  return [
    { type: 'prepare' },
    ...starts(plan, (process) => !process.singleton),
    { type: 'await-ready' },
    { type: 'smoke', door: 'release' },
    ...(plan.warmUp === undefined || stableId === null ? [] : ([{ type: 'warm-up' }] as const)),
    { type: 'join' },
    ...barrier(plan, 'prepared'),
    ...stepsOf(plan, stableId === null).flatMap(({ weightPercent, holdMs, pause = false }, step): Action[] => [
      { type: 'shift', weightPercent },
      { type: 'observe', step, weightPercent, holdMs, ...(pause ? { pause } : {}) },
      { type: 'smoke', door: weightPercent === 100 ? 'users' : 'release' },
    ]),
    ...barrier(plan, 'switched'),
    { type: 'persist' },
  ];
}

function barrier({ isOneOfSeveral }: RolloutPlan, at: Barrier): readonly Action[] {
  return isOneOfSeveral === true ? [{ type: 'await-hosts', barrier: at }] : [];
}

/** Workers only: the new ones start beside the old ones, and must live for the longest hold of the plan. */
function rollingRoad(plan: RolloutPlan): readonly Action[] {
  const holdMs = Math.max(0, ...plan.steps.map((step) => step.holdMs));
  return [
    { type: 'prepare' },
    ...starts(plan, (process) => !process.singleton),
    { type: 'await-ready' },
    { type: 'settle', holdMs },
    { type: 'persist' },
  ];
}

/** Never two releases at once: the only strategy that ends the old one before the new one is proven. */
function recreateRoad(plan: RolloutPlan): readonly Action[] {
  const [{ holdMs, pause = false } = { holdMs: 0 }] = stepsOf(plan, false);
  return [
    { type: 'prepare' },
    { type: 'close' },
    { type: 'stop-old' },
    ...starts(plan, () => true),
    { type: 'await-ready' },
    { type: 'smoke', door: 'release' },
    { type: 'join' },
    { type: 'shift', weightPercent: 100 },
    { type: 'open' },
    { type: 'observe', step: 0, weightPercent: 100, holdMs, ...(pause ? { pause } : {}) },
    { type: 'smoke', door: 'users' },
    { type: 'persist' },
  ];
}

/** What follows the promotion: only now the old release ends, and what runs once is handed over. */
export function promotedRoad(plan: RolloutPlan, stableId: string | null): readonly Action[] {
  if (plan.strategy === 'recreate' && stableId !== null) return [{ type: 'remove-old' }];
  if (plan.strategy === 'rolling') {
    return [
      ...(stableId === null ? [] : ([{ type: 'stop-old' }] as const)),
      ...starts(plan, (process) => process.singleton),
    ];
  }
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
  if (plan.strategy === 'rolling') return [{ type: 'stop-new' }];
  if (plan.strategy === 'recreate' && stableId !== null) return recreateBack(plan, stableId, reached);
  if (stableId === null) return [{ type: 'stop-proxy' }, { type: 'stop-new' }];
  const hasJoined = hasBegun('join', plan, stableId, reached);
  return [
    ...(hasShifted(plan, stableId, reached) ? ([{ type: 'shift-back' }, { type: 'persist-stable' }] as const) : []),
    { type: 'verify' },
    ...(hasJoined ? ([{ type: 'drain-new' }, { type: 'remove-new' }] as const) : []),
    { type: 'stop-new' },
  ];
}

/** The page stays until the old release has passed its smoke again. */
function recreateBack(plan: RolloutPlan, stableId: string, reached: number): readonly Action[] {
  if (!hasBegun('close', plan, stableId, reached)) return [{ type: 'verify' }, { type: 'stop-new' }];
  return [
    { type: 'close' },
    { type: 'stop-new' },
    { type: 'start-old' },
    { type: 'await-old' },
    { type: 'shift-back' },
    { type: 'persist-stable' },
    { type: 'open' },
    { type: 'verify' },
    ...(hasBegun('join', plan, stableId, reached) ? ([{ type: 'remove-new' }] as const) : []),
  ];
}

/** Whether users may have noticed anything. */
export function hasShifted(plan: RolloutPlan, stableId: string | null, reached: number): boolean {
  return hasBegun('shift', plan, stableId, reached) || hasBegun('close', plan, stableId, reached);
}

function hasBegun(type: ActionType, plan: RolloutPlan, stableId: string | null, reached: number): boolean {
  const index = forwardRoad(plan, stableId).findIndex((action) => action.type === type);
  return index !== -1 && index <= reached;
}

function starts(plan: RolloutPlan, isWanted: (process: ProcessSpec) => boolean): readonly Action[] {
  return plan.release.processes.filter(isWanted).map((process) => ({ type: 'start', process: process.name }));
}
