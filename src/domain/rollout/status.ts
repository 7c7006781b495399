import type { RolloutEnd, RunOwner, Scope } from './messages.ts';
import type { NoReturn } from './no-return.ts';
import type { ReleaseRef, ReleaseSpec } from './plan.ts';
import type { Watch } from './watch.ts';

/** One rollout that is over. */
export interface HistoryEntry {
  readonly rolloutId: string;
  readonly kind: 'deploy' | 'rollback';
  readonly release: ReleaseRef;
  /** The version that served before. */
  readonly from: string | null;
  /** Who held the lock for it, when that is known. */
  readonly who: string | null;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly end: RolloutEnd;
}

export interface ReleaseView extends ReleaseRef {
  readonly id: string;
  readonly state: 'stable' | 'canary' | 'previous' | 'kept' | 'failed';
  readonly since: string;
  readonly published: boolean;
  /** When its bake was over; null while it bakes or does not serve. */
  readonly bakedAt?: string | null;
  /** Of the release that serves: when its bake is over, if nothing happens. */
  readonly bakesUntil?: string | null;
  /** Where its artifact lies on the agent's host, while it is kept. */
  readonly location: string | null;
  /** As it was deployed: a rehearsal starts the old release from it. */
  readonly spec: ReleaseSpec;
}

export interface ProcessView {
  readonly version: string;
  readonly name: string;
  readonly kind: 'traffic' | 'worker' | 'singleton';
  /** Null when nobody could tell. */
  readonly isRunning: boolean | null;
}

export interface AppStatus extends Scope {
  readonly url: string | null;
  readonly stable: ReleaseView | null;
  readonly releases: readonly ReleaseView[];
  /** Of what serves and of what is being rolled out; absent from an older agent. */
  readonly processes?: readonly ProcessView[];
  readonly rollout: {
    readonly rolloutId: string;
    readonly release: ReleaseRef;
    readonly phase: string;
    readonly weightPercent: number;
    readonly requests: number;
    readonly errors: number;
    readonly startedAt: string;
    /** It waits for `promote` since then, or will at the end of its step. */
    readonly pausedSince?: string | null;
    /** Until then it goes on without a client (ISO 8601); null: somebody must follow it. */
    readonly unattendedUntil?: string | null;
  } | null;
  /** What the agent watches after a promotion, or watched last; null until somebody asked for it. */
  readonly watch?: Watch | null;
  /** Users see the maintenance page. */
  readonly isClosed?: boolean;
  /** The last one that is over, for whoever collects its outcome later. */
  readonly lastRollout?: {
    readonly rolloutId: string;
    readonly kind: 'deploy' | 'rollback';
    readonly release: ReleaseRef;
    readonly end: RolloutEnd;
  } | null;
  readonly lock: { readonly owner: RunOwner; readonly since: string; readonly connected: boolean } | null;
  /** What each host serves, where there are several. */
  readonly hosts?: readonly {
    readonly name: string;
    readonly version: string | null;
    readonly artifact: string | null;
  }[];
  /** Contract steps that ran, the oldest first. */
  readonly noReturns?: readonly NoReturn[];
}

export interface AgentStatus {
  readonly version: string;
  readonly protocol: number;
  readonly pid: number;
  readonly startedAt: string;
  readonly apps: readonly AppStatus[];
}
