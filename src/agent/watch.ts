import type { Cause } from '../domain/rollout/state.ts';
import { nextAction } from '../domain/rollout/machine.ts';
import { groundOf } from './app.ts';
import type { App } from './app.ts';
import { exitCause, pausedTooLong } from './causes.ts';
import { gateOf, longestPauseMs, lossOf } from './gate.ts';
import { rolloutOf } from './step.ts';
import type { AgentWorld } from './world.ts';

const longestPollMs = 250;
const shownLines = 20;

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

  const repeatedly = async (look: () => Promise<void>): Promise<void> => {
    while (!done.signal.aborted) {
      if (isForward()) await look().catch((error: unknown) => world.log(`watch of ${app.directory}: ${String(error)}`));
      await world.clock.sleep(pollMs, done.signal).catch(() => undefined);
    }
  };
  // Apart from each other: a target that answers late must not keep a lost client from being noticed.
  void repeatedly(async () => {
    const exited = await exitOf(app, world);
    if (exited !== null && isForward()) interrupt(exited);
  });
  void repeatedly(async () => {
    const { pausedSince } = gateOf(app.journal.ledger().rollout);
    const pausedMs = pausedSince === null ? 0 : world.clock.now().getTime() - Date.parse(pausedSince);
    const loss = lossOf(app.journal.ledger(), app.lease.silentMs(), world.clock.now().getTime());
    if (loss !== null) interrupt(loss);
    if (pausedMs > longestPauseMs) interrupt(pausedTooLong(longestPauseMs));
    await app.lease.remember(plan.leaseMs);
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
