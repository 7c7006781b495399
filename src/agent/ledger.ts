import { initialState, transition } from '../domain/rollout/machine.ts';
import type { Lock } from '../domain/rollout/lock.ts';
import type { RolloutEnd, RunOwner } from '../domain/rollout/messages.ts';
import type { RolloutPlan } from '../domain/rollout/plan.ts';
import type { Action, RolloutEvent, RolloutState } from '../domain/rollout/state.ts';
import type { Instance } from '../targets/target.ts';

/** A release as the agent keeps it: with the plan that brought it, which is all that is needed to start it again. */
export interface KeptRelease {
  readonly id: string;
  readonly version: string;
  readonly plan: RolloutPlan;
  /** When it was first promoted (ISO 8601); null for one that never was. */
  readonly promotedAt: string | null;
  /** When its state last changed (ISO 8601). */
  readonly since: string;
  readonly withdrawn: boolean;
  readonly published: boolean;
  /** What was started and not stopped. */
  readonly instances: readonly Instance[];
  /** The last one of each process, running or not: where its log is. */
  readonly lastInstances: readonly Instance[];
}

/** Whether a rollout waits for a person. */
export interface Gate {
  /** ISO 8601; null while it goes on by itself. */
  readonly pausedSince: string | null;
  /** The last step whose gate was passed; -1 before the first. */
  readonly passedStep: number;
}

export interface Rollout {
  readonly kind: 'deploy' | 'rollback';
  readonly plan: RolloutPlan;
  readonly startedAt: string;
  readonly state: RolloutState;
  /** Set when it has its outcome. */
  readonly end: RolloutEnd | null;
  /** How often the agent began again without a new action done. */
  readonly startsWithoutProgress: number;
  /** Absent until somebody paused it. */
  readonly gate?: Gate;
}

/** What the agent knows of one application and environment: the fold of its journal. */
export interface Ledger {
  readonly stableId: string | null;
  readonly releases: Readonly<Record<string, KeptRelease>>;
  readonly lock: Lock | null;
  /** The one under way, or the last one. */
  readonly rollout: Rollout | null;
  /** Rollout ids by the id of the request that began them. */
  readonly answered: Readonly<Record<string, string>>;
  /** `down` was begun. */
  readonly isClearing: boolean;
  readonly lastSeq: number;
}

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
  /** A process of a release was started again; null: it is gone. */
  | {
      readonly kind: 'instance';
      readonly releaseId: string;
      readonly process: string;
      readonly instance: Instance | null;
    }
  | { readonly kind: 'published'; readonly releaseId: string }
  | { readonly kind: 'discarded'; readonly releaseIds: readonly string[] }
  | { readonly kind: 'clearing' }
  /** `step`: whose gate this is; null for a pause by hand. */
  | { readonly kind: 'gate'; readonly isPaused: boolean; readonly step: number | null };

/** `n` counts without gaps; `at` is ISO 8601. */
export type JournalRecord = Fact & { readonly n: number; readonly at: string };

export const emptyLedger: Ledger = {
  stableId: null,
  releases: {},
  lock: null,
  rollout: null,
  answered: {},
  isClearing: false,
  lastSeq: 0,
};

const rememberedAnswers = 50;

/** The ledger after one more record. */
export function applyRecord(ledger: Ledger, record: JournalRecord): Ledger {
  switch (record.kind) {
    case 'snapshot':
      return record.ledger;
    case 'locked':
      return { ...ledger, lock: record.lock };
    case 'unlocked':
      return { ...ledger, lock: null };
    case 'begun':
      return begin(ledger, record);
    case 'step':
      return step(ledger, record);
    case 'ended':
      return { ...changeRollout(ledger, { end: record.end }), lastSeq: record.seq };
    case 'agent-started':
      return changeRollout(ledger, { startsWithoutProgress: (ledger.rollout?.startsWithoutProgress ?? 0) + 1 });
    case 'instance':
      return record.instance === null
        ? dropInstance(ledger, record.releaseId, record.process)
        : addInstance(ledger, record.releaseId, record.instance);
    case 'published':
      return changeRelease(ledger, record.releaseId, { published: true });
    case 'discarded':
      return {
        ...ledger,
        releases: Object.fromEntries(Object.entries(ledger.releases).filter(([id]) => !record.releaseIds.includes(id))),
      };
    case 'clearing':
      return { ...ledger, isClearing: true };
    case 'gate': {
      const passedStep = record.isPaused ? null : record.step;
      const gate: Gate = {
        pausedSince: record.isPaused ? record.at : null,
        passedStep: passedStep ?? ledger.rollout?.gate?.passedStep ?? -1,
      };
      return changeRollout(ledger, { gate });
    }
  }
}

function begin(ledger: Ledger, record: Extract<JournalRecord, { kind: 'begun' }>): Ledger {
  const { plan, requestId } = record;
  const { id, version } = plan.release;
  const known = ledger.releases[id];
  const kept: KeptRelease = {
    id,
    version,
    plan,
    promotedAt: known?.promotedAt ?? null,
    since: record.at,
    withdrawn: known?.withdrawn ?? false,
    published: known?.published ?? false,
    instances: known?.instances ?? [],
    lastInstances: known?.lastInstances ?? [],
  };
  const answered = [...Object.entries(ledger.answered), [requestId, plan.rolloutId] as const];
  return {
    ...ledger,
    releases: { ...ledger.releases, [id]: kept },
    answered: Object.fromEntries(answered.slice(-rememberedAnswers)),
    rollout: {
      kind: record.rollout,
      plan,
      startedAt: record.at,
      state: initialState(ledger.stableId),
      end: null,
      startsWithoutProgress: 0,
    },
  };
}

function step(ledger: Ledger, record: Extract<JournalRecord, { kind: 'step' }>): Ledger {
  const { rollout } = ledger;
  if (rollout === null) return ledger;
  const { event } = record;
  const before = rollout.state;
  const state = event === null ? before : transition(before, event, rollout.plan);
  const freshId = rollout.plan.release.id;
  let next: Ledger = {
    ...ledger,
    lastSeq: record.seq,
    rollout: {
      ...rollout,
      state,
      end: null,
      startsWithoutProgress: event === null || event.type === 'interrupted' ? rollout.startsWithoutProgress : 0,
    },
  };
  if (record.instance !== null) next = addInstance(next, freshId, record.instance);
  if (event?.type === 'done' && event.action === 'stop-new') next = changeRelease(next, freshId, { instances: [] });
  if (event?.type === 'done' && event.action === 'stop-old' && state.stableId !== null) {
    next = changeRelease(next, state.stableId, { instances: [], since: record.at });
  }
  if (before.phase === 'forward' && state.phase === 'promoted') next = promote(next, record.at);
  return next;
}

/** The release of the rollout serves; somebody who rolled back withdrew the one before. */
function promote(ledger: Ledger, at: string): Ledger {
  const { rollout, stableId } = ledger;
  if (rollout === null) return ledger;
  const { id } = rollout.plan.release;
  const promotedAt = ledger.releases[id]?.promotedAt ?? at;
  const next = changeRelease({ ...ledger, stableId: id }, id, { promotedAt, since: at, withdrawn: false });
  if (stableId === null) return next;
  return changeRelease(next, stableId, { since: at, ...(rollout.kind === 'rollback' ? { withdrawn: true } : {}) });
}

function addInstance(ledger: Ledger, releaseId: string, instance: Instance): Ledger {
  const withIt = (all: readonly Instance[] = []): readonly Instance[] => [
    ...all.filter(({ process }) => process !== instance.process),
    instance,
  ];
  const kept = ledger.releases[releaseId];
  return changeRelease(ledger, releaseId, {
    instances: withIt(kept?.instances),
    lastInstances: withIt(kept?.lastInstances),
  });
}

function dropInstance(ledger: Ledger, releaseId: string, name: string): Ledger {
  const instances = ledger.releases[releaseId]?.instances ?? [];
  return changeRelease(ledger, releaseId, { instances: instances.filter(({ process }) => process !== name) });
}

function changeRelease(ledger: Ledger, id: string, changes: Partial<KeptRelease>): Ledger {
  const kept = ledger.releases[id];
  if (kept === undefined) return ledger;
  return { ...ledger, releases: { ...ledger.releases, [id]: { ...kept, ...changes } } };
}

function changeRollout(ledger: Ledger, changes: Partial<Rollout>): Ledger {
  return ledger.rollout === null ? ledger : { ...ledger, rollout: { ...ledger.rollout, ...changes } };
}
