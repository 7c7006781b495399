import { transition } from '../domain/rollout/machine.ts';
import type { Lock } from '../domain/rollout/lock.ts';
import type { RolloutEnd } from '../domain/rollout/messages.ts';
import type { NoReturn } from '../domain/rollout/no-return.ts';
import type { RolloutPlan } from '../domain/rollout/plan.ts';
import type { Watch } from '../domain/rollout/watch.ts';
import type { Barrier, RolloutState } from '../domain/rollout/state.ts';
import type { Instance } from '../targets/target.ts';
import { addInstance, changeRelease, changeRollout, dropInstance } from './change.ts';
import type { JournalRecord } from './fact.ts';
import { adopted, begin } from './new-release.ts';

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
  /** When its bake was over (ISO 8601); null or absent while it bakes, and when it does not serve. */
  readonly bakedAt?: string | null;
  /** What was started and not stopped. */
  readonly instances: readonly Instance[];
  /** The last one of each process, running or not: where its log is. */
  readonly lastInstances: readonly Instance[];
}

/** A rollout that nobody has to follow. */
export interface Unattended {
  /** ISO 8601. */
  readonly since: string;
  readonly forMs: number;
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
  /** Where it need not wait for other hosts any more. */
  readonly passed?: readonly Barrier[];
  /** Absent until somebody paused it. */
  readonly gate?: Gate;
  /** Absent while a client must follow it. */
  readonly unattended?: Unattended;
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
  /** Contract steps of the schema that ran; absent in journals of older versions. */
  readonly noReturns?: readonly NoReturn[];
  /** What the agent watches after a promotion, or watched last; absent until somebody asked for it. */
  readonly watch?: Watch;
  /** Users see the maintenance page; absent while they never did. */
  readonly isClosed?: boolean;
  readonly lastSeq: number;
}

export const emptyLedger: Ledger = {
  stableId: null,
  releases: {},
  lock: null,
  rollout: null,
  answered: {},
  isClearing: false,
  lastSeq: 0,
};

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
    case 'baked':
      return changeRelease(ledger, record.releaseId, { bakedAt: record.at });
    case 'no-return':
      return { ...ledger, noReturns: noReturnsAfter(ledger.noReturns ?? [], record) };
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
    case 'passed':
      return changeRollout(ledger, { passed: [...(ledger.rollout?.passed ?? []), record.barrier] });
    case 'adopted':
      return adopted(ledger, record);
    case 'maintenance':
      return { ...ledger, isClosed: record.isClosed };
    case 'watch':
      return { ...ledger, watch: record.watch };
    case 'unattended':
      return changeRollout(ledger, { unattended: { since: record.at, forMs: record.forMs } });
  }
}

const rememberedNoReturns = 100;

/** A step that is tried again has one record: the first. */
function noReturnsAfter(
  known: readonly NoReturn[],
  { record, holds }: Extract<JournalRecord, { kind: 'no-return' }>,
): readonly NoReturn[] {
  const isSame = (one: NoReturn): boolean =>
    one.steps.map(({ version }) => version).join() === record.steps.map(({ version }) => version).join();
  if (!holds) return known.filter((one) => !isSame(one));
  return known.some(isSame) ? known : [...known, record].slice(-rememberedNoReturns);
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
  if (event?.type === 'done' && event.action === 'open') next = { ...next, isClosed: false };
  if (event?.type === 'done' && event.action === 'keep-warm' && state.stableId !== null) {
    const takesTraffic = ({ address }: Instance): boolean => address !== null;
    const instances = next.releases[state.stableId]?.instances.filter(takesTraffic) ?? [];
    next = changeRelease(next, state.stableId, { instances, since: record.at });
  }
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
  const next = changeRelease({ ...ledger, stableId: id }, id, {
    promotedAt,
    since: at,
    withdrawn: false,
    bakedAt: null,
  });
  if (stableId === null) return next;
  return changeRelease(next, stableId, {
    since: at,
    bakedAt: null,
    ...(rollout.kind === 'rollback' ? { withdrawn: true } : {}),
  });
}
