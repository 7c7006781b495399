import type { Instance } from '../targets/target.ts';
import type { KeptRelease, Ledger, Rollout } from './ledger.ts';

/** Small changes of what is known; whatever is not known stays unknown. */

export function addInstance(ledger: Ledger, releaseId: string, instance: Instance): Ledger {
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

export function dropInstance(ledger: Ledger, releaseId: string, name: string): Ledger {
  const instances = ledger.releases[releaseId]?.instances ?? [];
  return changeRelease(ledger, releaseId, { instances: instances.filter(({ process }) => process !== name) });
}

export function changeRelease(ledger: Ledger, id: string, changes: Partial<KeptRelease>): Ledger {
  const kept = ledger.releases[id];
  if (kept === undefined) return ledger;
  return { ...ledger, releases: { ...ledger.releases, [id]: { ...kept, ...changes } } };
}

export function changeRollout(ledger: Ledger, changes: Partial<Rollout>): Ledger {
  return ledger.rollout === null ? ledger : { ...ledger, rollout: { ...ledger.rollout, ...changes } };
}
