import type { Cause } from '../domain/rollout/state.ts';
import { nextAction } from '../domain/rollout/machine.ts';
import { groundOf } from './app.ts';
import type { App } from './app.ts';
import { clientLost, exitCause } from './causes.ts';
import { rolloutOf } from './step.ts';
import type { AgentWorld } from './world.ts';

const longestPollMs = 250;
const shownLines = 20;
/** How many times in a lease it is written down that somebody was heard. */
const remembersPerLease = 4;

/**
 * Watch, while a rollout goes forward, that its processes live and that somebody wants it to go on.
 *
 * Answers how to stop watching.
 */
export function watchRollout(app: App, interrupt: (cause: Cause) => void, world: AgentWorld): () => void {
  const done = new AbortController();
  const { plan } = rolloutOf(app.journal.ledger());
  const isForward = (): boolean => rolloutOf(app.journal.ledger()).state.phase === 'forward';
  const pollMs = Math.min(longestPollMs, plan.leaseMs / 8);

  const watching = async (): Promise<void> => {
    let rememberedAt = -Infinity;
    for (;;) {
      const exited = isForward() ? await exitOf(app, world) : null;
      const isLost = plan.onClientLost === 'rollback' && app.lease.silentMs() > plan.leaseMs;
      if (exited !== null && isForward()) interrupt(exited);
      if (isLost && isForward()) interrupt(clientLost(plan.leaseMs));
      const now = world.clock.monotonicMs();
      if (now - rememberedAt > plan.leaseMs / remembersPerLease) {
        rememberedAt = now;
        await app.lease.remember().catch((error: unknown) => world.log(`lease: ${String(error)}`));
      }
      await world.clock.sleep(pollMs, done.signal);
    }
  };
  watching().catch((error: unknown) => {
    if (!done.signal.aborted) world.log(`watch of ${app.directory}: ${String(error)}`);
  });
  return () => done.abort();
}

/** Why the new release is broken when one of its processes has ended; null while all live. */
export async function exitOf(app: App, world: AgentWorld): Promise<Cause | null> {
  const ledger = app.journal.ledger();
  const { plan, state } = rolloutOf(ledger);
  const { target } = groundOf(app, { plan }, world);
  for (const instance of ledger.releases[plan.release.id]?.instances ?? []) {
    if (await target.isRunning(instance)) continue;
    const lines = await target.logs(instance, shownLines).catch(() => []);
    const during = nextAction(state, plan)?.type ?? 'observe';
    const known = (await target.explain?.(instance).catch(() => null)) ?? null;
    return exitCause(instance.process, plan.release.version, lines, during, known);
  }
  return null;
}
