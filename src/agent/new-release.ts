import { initialState } from '../domain/rollout/machine.ts';
import type { JournalRecord } from './fact.ts';
import type { KeptRelease, Ledger } from './ledger.ts';

const rememberedAnswers = 50;

/** How a release becomes known: by a rollout that begins, or because it was found running. */

export function adopted(ledger: Ledger, { plan, instance, at }: Extract<JournalRecord, { kind: 'adopted' }>): Ledger {
  const { id, version } = plan.release;
  const kept: KeptRelease = {
    id,
    version,
    plan,
    promotedAt: at,
    since: at,
    withdrawn: false,
    published: true,
    instances: [instance],
    lastInstances: [instance],
  };
  return { ...ledger, stableId: id, releases: { ...ledger.releases, [id]: kept } };
}

export function begin(ledger: Ledger, record: Extract<JournalRecord, { kind: 'begun' }>): Ledger {
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
      ...(plan.unattendedMs === undefined ? {} : { unattended: { since: record.at, forMs: plan.unattendedMs } }),
    },
  };
}
