import type { Scope } from '../domain/rollout/messages.ts';
import { openApp } from './app.ts';
import type { App } from './app.ts';
import { agentStopped } from './causes.ts';
import { within } from './deadline.ts';
import { clear } from './down.ts';
import { recover } from './recover.ts';
import { createRunner } from './run.ts';
import type { Runner } from './run.ts';
import { supervise } from './supervise.ts';
import { watchOver } from './watch-over.ts';
import type { AgentWorld } from './world.ts';

/** An application that this agent takes care of. */
export interface Entry {
  readonly app: App;
  readonly runner: Runner;
  /** End taking care of it: a rollout returns to stable first; what serves goes on. */
  readonly leave: () => Promise<void>;
}

const settleTimeoutMs = 60_000;

export interface Entries {
  /** Those that are there, one after another as they were found. */
  readonly all: () => readonly Entry[];
  find(scope: Scope): Promise<Entry | null>;
  /** Found or made. Throws EnvironmentError `JOURNAL_CORRUPT`. */
  open(scope: Scope): Promise<Entry>;
  drop(entry: Entry): Promise<void>;
  /** Take up everything that the state directory holds; what cannot be read is logged and left alone. */
  openAll(): Promise<void>;
  leaveAll(): Promise<void>;
}

export function createEntries(world: AgentWorld): Entries {
  const opened = new Map<string, Entry>();
  const opening = new Map<string, Promise<Entry>>();
  const root = `${world.stateDirectory}/apps`;
  const keyOf = ({ app, environment }: Scope): string => `${app}/${environment}`;

  const open = async (scope: Scope): Promise<Entry> => {
    const key = keyOf(scope);
    const known = opened.get(key);
    if (known !== undefined) return known;
    const begun = opening.get(key) ?? openEntry(scope, world);
    opening.set(key, begun);
    try {
      const entry = await begun;
      opened.set(key, entry);
      return entry;
    } finally {
      opening.delete(key);
    }
  };

  return {
    all: () => [...opened.values()],
    open,
    find: async (scope) =>
      opened.has(keyOf(scope)) || (await world.files.exists(`${root}/${keyOf(scope)}/journal.jsonl`))
        ? await open(scope)
        : null,
    async drop(entry) {
      opened.delete(keyOf(entry.app.scope));
      await entry.leave();
    },
    async openAll() {
      for (const app of await world.files.list(root)) {
        for (const environment of await world.files.list(`${root}/${app}`)) {
          if (!(await world.files.exists(`${root}/${app}/${environment}/journal.jsonl`))) continue;
          await open({ app, environment }).catch((error: unknown) =>
            world.log(`${app}/${environment}: ${(error as Error).message}`),
          );
        }
      }
    },
    async leaveAll() {
      await Promise.all([...opened.values()].map((entry) => entry.leave()));
    },
  };
}

async function openEntry(scope: Scope, world: AgentWorld): Promise<Entry> {
  const app = await openUncleared(scope, world);
  const runner = createRunner(app, world);
  const leaving = new AbortController();
  await recover(app, runner, world);
  const supervising = Promise.all([
    supervise(app, runner.interrupt, leaving.signal, world),
    watchOver(app, runner, leaving.signal, world),
  ]);
  return {
    app,
    runner,
    async leave() {
      if (runner.isRunning()) runner.interrupt(agentStopped);
      await within(settleTimeoutMs, 'the rollout', runner.settled(), world.clock).catch((error: unknown) =>
        world.log(`${app.directory}: ${(error as Error).message}`),
      );
      leaving.abort();
      await supervising;
    },
  };
}

/** A `down` that was cut short is finished first. */
async function openUncleared(scope: Scope, world: AgentWorld): Promise<App> {
  const app = await openApp(scope, world);
  if (!app.journal.ledger().isClearing) return app;
  await clear(app, world);
  return await openApp(scope, world);
}
