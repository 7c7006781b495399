import type { Comparison } from '../analysis/comparison.ts';
import type { Counts } from '../analysis/judge.ts';

/** Where all hosts of an environment wait for one another. */
export type Barrier = 'prepared' | 'switched';

/** One effect of a rollout. Each is idempotent: after a crash it is done again. */
export type Action =
  | { readonly type: 'prepare' }
  | { readonly type: 'start'; readonly process: string }
  | { readonly type: 'await-ready' }
  /** At the release's own door, or at the users' through the proxy. */
  | { readonly type: 'smoke'; readonly door: 'release' | 'users' }
  /** Users see the maintenance page, and what they had in flight is over; or the application again. */
  | { readonly type: 'close' | 'open' }
  /** Without traffic there is nothing to count: the processes must live for so long. */
  | { readonly type: 'settle'; readonly holdMs: number }
  | { readonly type: 'warm-up' }
  | { readonly type: 'join' }
  | { readonly type: 'shift'; readonly weightPercent: number }
  | {
      readonly type: 'observe';
      readonly step: number;
      readonly weightPercent: number;
      readonly holdMs: number;
      readonly pause?: boolean | undefined;
    }
  /** Other hosts come as far as this one before it goes on: before the first user, and before the promotion. */
  | { readonly type: 'await-hosts'; readonly barrier: Barrier }
  /** The proxy serves the new release after its own restart: the promotion, and the point of no return. */
  | { readonly type: 'persist' }
  /** `keep-warm`: of the old release only what takes traffic runs on, without any. */
  | { readonly type: 'drain-old' | 'keep-warm' | 'remove-old' | 'stop-old' }
  | { readonly type: 'shift-back' | 'persist-stable' | 'verify' }
  /** The old release that was stopped runs again, and passes its smoke at its own door. */
  | { readonly type: 'start-old' | 'await-old' }
  | { readonly type: 'drain-new' | 'remove-new' | 'stop-new' | 'stop-proxy' };

export type ActionType = Action['type'];

/** Why a rollout turned back or stands. */
export interface Cause {
  /**
   * `failed`: the release is bad. `inconclusive`: nobody can tell. `environment`: it never came as far as the release.
   * `asked`: somebody aborted. `lost`: the client or the agent went away.
   */
  readonly kind: 'failed' | 'inconclusive' | 'environment' | 'asked' | 'lost';
  /** Stable: `CANARY_ERROR_RATE`. */
  readonly code: string;
  /** With the numbers, without a full stop. */
  readonly reason: string;
  readonly hint?: string;
  /** The evidence in numbers, for the end of the rollout. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** What happened; `action` says to which action it belongs, so that a late or repeated one changes nothing. */
export type RolloutEvent =
  | { readonly type: 'done'; readonly action: ActionType }
  /** `baseline`: what the proxy had counted for this release before. */
  | { readonly type: 'joined'; readonly baseline: Counts }
  | {
      readonly type: 'observed';
      readonly lowEvidence: boolean;
      readonly counts: Counts;
      readonly heldMs: number;
      readonly comparison?: Comparison | undefined;
    }
  | {
      readonly type: 'failed';
      readonly action: ActionType;
      readonly cause: Cause;
      readonly counts?: Counts;
      readonly heldMs?: number;
      readonly comparison?: Comparison | undefined;
    }
  | { readonly type: 'interrupted'; readonly cause: Cause }
  | { readonly type: 'resumed' };

interface Common {
  /** Release id of what served before; null for a first deploy. */
  readonly stableId: string | null;
  /** Which action of this phase's road comes next. */
  readonly position: number;
  /** How far the way forward was begun: what may have had an effect lies below it. */
  readonly reached: number;
  /** Share of new requests that the proxy was last told to give to the new release. */
  readonly weightPercent: number;
  readonly baseline: Counts;
  /** Evidence on the new release since it joined. */
  readonly counts: Counts;
  readonly lowEvidence: boolean;
  /** Against the stable release; absent before the first hold, and in journals of older versions. */
  readonly comparison?: Comparison | undefined;
  /** Time spent in holds. */
  readonly heldMs: number;
  /** What cleaning up could not do; never a reason to fail. */
  readonly leftovers: readonly string[];
}

/**
 * A rollout between two actions; plain JSON.
 *
 * `promoted` still drains and stops the old release; the other phases after `back` are ends.
 * `held` and `rollbackFailed` wait for a person.
 */
export type RolloutState = Common &
  (
    | { readonly phase: 'forward' | 'promoted' }
    | { readonly phase: 'held' | 'back' | 'rolledBack'; readonly cause: Cause }
    | {
        readonly phase: 'rollbackFailed';
        readonly cause: Cause;
        readonly failedAt: ActionType;
        readonly failure: Cause;
      }
  );

export type Phase = RolloutState['phase'];
