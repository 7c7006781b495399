import type { Reading, Sample } from '../domain/analysis/metrics.ts';
import type { RolloutPlan } from '../domain/rollout/plan.ts';
import { within } from './deadline.ts';
import type { AgentWorld } from './world.ts';

/** Beyond the source's own deadline, for one that does not keep it. */
const slackMs = 2_000;

/** Ask every metric of the plan again and again until the signal aborts; answers how to see the latest of each. */
export function startSampling(
  plan: RolloutPlan,
  signal: AbortSignal,
  world: Pick<AgentWorld, 'clock' | 'plugins'>,
): () => readonly Sample[] {
  const metrics = plan.metrics ?? [];
  const readings: (Reading | null)[] = metrics.map(() => null);
  const repeatedly = async (index: number, spec: (typeof metrics)[number]): Promise<void> => {
    while (!signal.aborted) {
      readings[index] = await within(
        spec.timeout + slackMs,
        spec.name,
        world.plugins.metric(spec, plan),
        world.clock,
        signal,
      ).catch((error: unknown): Reading => ({ kind: 'none', reason: (error as Error).message }));
      await world.clock.sleep(spec.every, signal).catch(() => undefined);
    }
  };
  for (const [index, spec] of metrics.entries()) void repeatedly(index, spec);
  return () => metrics.map(({ name, failAbove }, index) => ({ name, failAbove, reading: readings[index] ?? null }));
}
