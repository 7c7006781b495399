import { groundOf, openRollout, stableOf } from './app.ts';
import type { App } from './app.ts';
import { within } from './deadline.ts';
import { stopRelease } from './instances.ts';
import type { KeptRelease, Ledger } from './ledger.ts';
import type { AgentWorld } from './world.ts';

const removeTimeoutMs = 10_000;

/** Whether a release runs on without traffic: the one before the stable release, until that has served long enough. */
export function isWarm(kept: KeptRelease, ledger: Ledger, { clock }: Pick<AgentWorld, 'clock'>): boolean {
  const stable = stableOf(ledger);
  const warmMs = stable?.plan.warmMs ?? 0;
  if (stable === null || warmMs === 0 || kept.instances.length === 0 || kept.promotedAt === null) return false;
  const isBefore = ledger.rollout?.state.stableId === kept.id && ledger.rollout.plan.release.id === stable.id;
  return isBefore && !kept.withdrawn && clock.now().getTime() < Date.parse(stable.since) + warmMs;
}

/**
 * Stop what runs without serving and without being kept warm.
 *
 * `freshId`: a rollout of it begins, and nothing else is kept warm beside it; null: between two rollouts.
 */
export async function coolDown(app: App, freshId: string | null, world: AgentWorld): Promise<void> {
  const ledger = app.journal.ledger();
  if (freshId === null && openRollout(ledger) !== null) return;
  for (const kept of Object.values(ledger.releases)) {
    if (kept.instances.length === 0 || kept.id === ledger.stableId || kept.id === freshId) continue;
    if (freshId === null && isWarm(kept, ledger, world)) continue;
    // What a rollout whose way back failed left up is for a person to see.
    if (kept.promotedAt === null) continue;
    await stopLeftover(app, kept, world);
  }
}

export async function stopLeftover(app: App, kept: KeptRelease, world: AgentWorld): Promise<void> {
  if (kept.instances.length === 0) return;
  const ground = groundOf(app, kept, world);
  try {
    // Refused while it still gets traffic: then it is left up.
    await within(removeTimeoutMs, 'remove', ground.proxy.remove(kept.id), world.clock);
    await stopRelease(kept, ground, world);
    for (const { process } of kept.instances) {
      await app.journal.append({ kind: 'instance', releaseId: kept.id, process, instance: null });
    }
  } catch (error) {
    world.log(`${kept.id} still runs: ${(error as Error).message}`);
  }
}
