import type { Lock } from '../domain/rollout/lock.ts';
import type { RolloutEnd, RunOwner } from '../domain/rollout/messages.ts';
import type { NoReturn } from '../domain/rollout/no-return.ts';
import type { RolloutPlan } from '../domain/rollout/plan.ts';
import type { Action, Barrier, RolloutEvent } from '../domain/rollout/state.ts';
import type { Watch } from '../domain/rollout/watch.ts';
import type { Instance } from '../targets/target.ts';
import type { Ledger } from './ledger.ts';

/** What the journal may say; each is written before, or because, something happens. */
export type Fact =
  | { readonly kind: 'snapshot'; readonly form: 1; readonly ledger: Ledger }
  | { readonly kind: 'locked'; readonly lock: Lock; readonly tookOverFrom: RunOwner | null }
  | { readonly kind: 'unlocked'; readonly runId: string; readonly why: string }
  | {
      readonly kind: 'begun';
      readonly rollout: 'deploy' | 'rollback';
      readonly plan: RolloutPlan;
      readonly requestId: string;
      /** Keyed hashes of the secrets, by name. */
      readonly secrets: Readonly<Record<string, string>>;
    }
  /** Written before `action` is performed; `event` is what the action before it led to. */
  | {
      readonly kind: 'step';
      readonly event: RolloutEvent | null;
      readonly action: Action | null;
      readonly instance: Instance | null;
      readonly seq: number;
      readonly text: string;
    }
  | { readonly kind: 'ended'; readonly end: RolloutEnd; readonly seq: number }
  | { readonly kind: 'agent-started'; readonly pid: number }
  /** The other hosts are as far as this one. */
  | { readonly kind: 'passed'; readonly barrier: Barrier }
  /** A process of a release was started again; null: it is gone. */
  | {
      readonly kind: 'instance';
      readonly releaseId: string;
      readonly process: string;
      readonly instance: Instance | null;
    }
  | { readonly kind: 'published'; readonly releaseId: string }
  | { readonly kind: 'baked'; readonly releaseId: string }
  /** `holds: false`: nothing of its steps took effect. */
  | { readonly kind: 'no-return'; readonly record: NoReturn; readonly holds: boolean }
  | { readonly kind: 'discarded'; readonly releaseIds: readonly string[] }
  | { readonly kind: 'clearing' }
  /** `step`: whose gate this is; null for a pause by hand. */
  | { readonly kind: 'gate'; readonly isPaused: boolean; readonly step: number | null }
  /** What another tool started is the first stable release. */
  | { readonly kind: 'adopted'; readonly plan: RolloutPlan; readonly instance: Instance }
  /** Users see the maintenance page for a run that has not handed a plan over yet. */
  | { readonly kind: 'maintenance'; readonly isClosed: boolean }
  /** All that is known of a watch: written when it begins, now and then, and when it ends. */
  | { readonly kind: 'watch'; readonly watch: Watch }
  /** From here on nobody has to follow the rollout, for so long. */
  | { readonly kind: 'unattended'; readonly forMs: number };

/** `n` counts without gaps; `at` is ISO 8601. */
export type JournalRecord = Fact & { readonly n: number; readonly at: string };
