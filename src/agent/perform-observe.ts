import type { Action, RolloutEvent } from '../domain/rollout/state.ts';
import type { Performance } from './perform.ts';
import { waitsAt } from './gate.ts';
import { observe } from './observe.ts';
import type { Hold } from './observe.ts';
import { startSampling } from './sample.ts';
import { startSynthetic } from './synthetic.ts';
import type { AgentWorld } from './world.ts';

/** One hold, with all that is asked beside the proxy for as long as it lasts. */
export async function performObserve(
  action: Extract<Action, { type: 'observe' }>,
  { app, rollout, ground, onCounts }: Performance,
  door: string,
  signal: AbortSignal,
  world: AgentWorld,
): Promise<RolloutEvent> {
  const { plan, state } = rollout;
  const over = new AbortController();
  let users = 0;
  const isQuiet = (): boolean => users < plan.guard.minRequests;
  const checks = startSynthetic(plan, door, isQuiet, over.signal, world);
  const hold: Hold = {
    action,
    plan,
    state,
    onCounts,
    samples: startSampling(plan, over.signal, world),
    mustWait: async (atGate) => await waitsAt(app, action.step, atGate),
    synthetic: ({ requests }) => {
      users = requests;
      return checks();
    },
  };
  try {
    return await observe(hold, ground.proxy, signal, world);
  } finally {
    over.abort();
  }
}
