import { openRollout, stableOf } from './app.ts';
import type { App } from './app.ts';
import type { KeptRelease } from './ledger.ts';
import type { AgentWorld } from './world.ts';

/** When the bake of the release that serves is over (ISO 8601): so long it must have served without a break. */
export function bakeEnd({ since, plan }: Pick<KeptRelease, 'since' | 'plan'>): string {
  return new Date(Date.parse(since) + (plan.bakeMs ?? 0)).toISOString();
}

/** Write down that the stable release has baked, once it has; contract steps of the schema wait for that. */
export async function bake(app: App, world: AgentWorld): Promise<void> {
  const ledger = app.journal.ledger();
  const stable = stableOf(ledger);
  if (stable === null || stable.bakedAt != null || openRollout(ledger) !== null) return;
  if (world.clock.now().toISOString() < bakeEnd(stable)) return;
  await app.journal.append({ kind: 'baked', releaseId: stable.id });
  world.log(`${stable.version} has baked`);
}
