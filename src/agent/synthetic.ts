import type { Cause } from '../domain/rollout/state.ts';
import type { RolloutPlan } from '../domain/rollout/plan.ts';
import { smokeCause } from './causes.ts';
import { within } from './deadline.ts';
import type { AgentWorld } from './world.ts';

/** What the checks said that stand in for users on a quiet site. */
export interface Synthetic {
  /** Rounds of checks that passed. */
  readonly rounds: number;
  readonly failed: Cause | null;
}

const slackMs = 5_000;

/**
 * Repeat the smoke checks at the release's own door for as long as few users come; answers how to see what they said.
 *
 * They never pass the proxy: what it counts is what users sent, and the comparison rests on that alone.
 */
export function startSynthetic(
  plan: RolloutPlan,
  door: string,
  isQuiet: () => boolean,
  signal: AbortSignal,
  world: Pick<AgentWorld, 'clock' | 'plugins'>,
): () => Synthetic {
  const everyMs = plan.syntheticEveryMs ?? 0;
  let seen: Synthetic = { rounds: 0, failed: null };
  const repeatedly = async (): Promise<void> => {
    while (!signal.aborted) {
      await world.clock.sleep(everyMs, signal);
      if (!isQuiet()) continue;
      const smoking = world.plugins.smoke(plan.checks, `http://${door}`, plan.smokeDeadlineMs, signal);
      const report = await within(plan.smokeDeadlineMs + slackMs, 'smoke', smoking, world.clock, signal);
      const cause = smokeCause(report, plan.release.version);
      seen = { rounds: seen.rounds + (cause === null ? 1 : 0), failed: seen.failed ?? cause };
    }
  };
  // It ends with the hold; what could not be asked says nothing.
  if (everyMs > 0 && plan.checks.length > 0) void repeatedly().catch(() => undefined);
  return () => seen;
}
