import type { ProcessView } from '../domain/rollout/status.ts';
import { groundOf, openRollout, stableOf } from './app.ts';
import type { App } from './app.ts';
import { within } from './deadline.ts';
import type { AgentWorld } from './world.ts';

const lookTimeoutMs = 3_000;

/** Every process of what serves and of what is being rolled out, with whether it runs now; null: nobody could tell. */
export async function processesOf(app: App, world: AgentWorld): Promise<readonly ProcessView[]> {
  const ledger = app.journal.ledger();
  const stable = stableOf(ledger);
  const fresh = ledger.releases[openRollout(ledger)?.plan.release.id ?? ''] ?? null;
  const kepts = [stable, fresh === stable ? null : fresh].filter((kept) => kept !== null);
  const views = kepts.flatMap((kept) =>
    kept.plan.release.processes.map(async ({ name, traffic, singleton }): Promise<ProcessView> => {
      const kind = traffic ? 'traffic' : singleton ? 'singleton' : 'worker';
      const instance = kept.instances.find(({ process }) => process === name);
      const view = { version: kept.version, name, kind } as const;
      if (instance === undefined) return { ...view, isRunning: false };
      const { target } = groundOf(app, kept, world);
      const looking = within(lookTimeoutMs, 'look', target.isRunning(instance), world.clock);
      return { ...view, isRunning: await looking.catch(() => null) };
    }),
  );
  return await Promise.all(views);
}
