import type { ReleaseSpec } from '../domain/rollout/plan.ts';
import { hostUnfit } from '../domain/rollout/host-fitness.ts';
import { GateFailed } from '../errors.ts';
import type { AgentConnection, Clock } from '../ports.ts';
import type { Refusal, Target, TargetContext } from '../targets/target.ts';

/**
 * Ask the target what speaks against a release, before anything is touched.
 *
 * Throws GateFailed with the code of the first reason, and all of them with the line that mends each.
 */
export async function preflight(
  release: ReleaseSpec,
  secrets: Readonly<Record<string, string>>,
  context: TargetContext,
  { target }: { readonly target: Target },
): Promise<void> {
  refuse((await target.preflight?.(release, secrets, context)) ?? []);
}

/**
 * Ask the agent's host whether it has room for a release, and the same time as we have.
 *
 * Throws GateFailed `CLOCK_SKEW`, `NO_ROOM_ON_DISK`, `NO_ROOM_FOR_TWO`.
 */
export async function hostPreflight(
  needs: { readonly diskBytes: number; readonly memoryBytes: number },
  { agent, clock }: { readonly agent: AgentConnection; readonly clock: Clock },
): Promise<void> {
  const nowMs = clock.now().getTime();
  const begin = clock.monotonicMs();
  const facts = await agent.request({ type: 'host' });
  refuse(hostUnfit(facts, { nowMs, tookMs: clock.monotonicMs() - begin, ...needs }));
}

function refuse(refusals: readonly Refusal[]): void {
  const [first] = refusals;
  if (first === undefined) return;
  throw new GateFailed(first.code, refusals.map(({ reason }) => reason).join('\n'), {
    hint: refusals.map(({ mend }) => mend).join('\n'),
    facts: { refusals },
  });
}
