import type { Answers, Request } from '../domain/rollout/messages.ts';
import type { Barrier } from '../domain/rollout/state.ts';
import { groundOf, openRollout, stableOf } from './app.ts';
import type { App } from './app.ts';
import { publish } from './publish.ts';
import type { AgentWorld } from './world.ts';

const pollMs = 50;

/** Wait until the client says that every host is as far; the lease runs on, and its end is the signal's. */
export async function awaitHosts(app: App, barrier: Barrier, signal: AbortSignal, world: AgentWorld): Promise<void> {
  while (!(app.journal.ledger().rollout?.passed ?? []).includes(barrier)) await world.clock.sleep(pollMs, signal);
}

/** Let a rollout go on that waits for other hosts, or will; journaled before it does. */
export async function pass(
  app: App,
  { rolloutId, barrier }: Extract<Request, { type: 'pass' }>,
): Promise<Answers['pass']> {
  const rollout = openRollout(app.journal.ledger());
  if (rollout?.plan.rolloutId !== rolloutId || rollout.state.phase !== 'forward') return { passed: false };
  app.lease.heard();
  if ((rollout.passed ?? []).includes(barrier)) return { passed: true };
  await app.journal.append({ kind: 'passed', barrier });
  publish(app, { kind: 'passed', text: `all hosts are ${barrier}` });
  return { passed: true };
}

/** What really runs, whatever the journal believes. */
export async function proof(app: App, world: AgentWorld): Promise<Answers['proof']> {
  const stable = stableOf(app.journal.ledger());
  if (stable === null) return { stableId: null, artifacts: {} };
  const { target } = groundOf(app, stable, world);
  const artifacts: Record<string, string | null> = {};
  for (const instance of stable.instances) {
    artifacts[instance.process] = (await target.artifactOf?.(instance)) ?? null;
  }
  return { stableId: stable.id, artifacts };
}
