import type { RolloutEnd } from '../domain/rollout/messages.ts';
import type { Action, Cause, RolloutEvent } from '../domain/rollout/state.ts';
import { groundOf, openRollout } from './app.ts';
import type { App } from './app.ts';
import { aborted } from './causes.ts';
import { finishRollout } from './finish.ts';
import { perform } from './perform.ts';
import type { Hold } from './observe.ts';
import { publish } from './publish.ts';
import { journalStep, rolloutOf } from './step.ts';
import type { Step } from './step.ts';
import type { WarmedUp } from './warm-up.ts';
import { watchRollout } from './watch.ts';
import type { AgentWorld } from './world.ts';

/** Runs the rollout of one application, one action after another. */
export interface Runner {
  /** Go on from what the journal says, with an event first if there is one. */
  start(first: RolloutEvent | null): void;
  /** Turn back as soon as the current action lets go; after the promotion it changes nothing. */
  readonly interrupt: (cause: Cause) => void;
  readonly isRunning: () => boolean;
  /** Resolves when nothing runs. */
  settled(): Promise<void>;
}

export function createRunner(app: App, world: AgentWorld): Runner {
  let running: Promise<void> | null = null;
  let pending: Cause | null = null;
  let current = new AbortController();

  const interrupt = (cause: Cause): void => {
    if (openRollout(app.journal.ledger()) === null) return;
    if (running === null) return start({ type: 'interrupted', cause });
    pending ??= cause;
    // Only what waits or looks is cut short; whatever changes something comes to its end first.
    current.abort(new DOMException('interrupted', 'AbortError'));
  };

  const start = (first: RolloutEvent | null): void => {
    if (running !== null) return;
    pending = null;
    const { rollout } = app.journal.ledger();
    // Said before anybody can follow again: the end that it had is not its last word.
    if (rollout !== null && rollout.end !== null)
      publish(app, { kind: 'resumed', text: `${rollout.plan.release.version} is taken up again` });
    // Begun a turn later: what it does at once, such as to notice that nobody follows, must find it running.
    running = Promise.resolve()
      .then(async () => await run(first))
      .catch((error: unknown) => {
        world.log(`rollout in ${app.directory}: ${(error as Error).stack ?? String(error)}`);
        publish(app, { kind: 'ended', text: (error as Error).message, end: unwrittenEnd(error) });
      })
      .finally(() => {
        running = null;
      });
  };

  const run = async (first: RolloutEvent | null): Promise<void> => {
    const stopWatching = watchRollout(app, interrupt, world);
    try {
      let step: Step = { event: first, instance: null };
      for (;;) {
        const action = await journalStep(step, interrupt, app, world);
        if (action === null) break;
        step = mustTurn(action) ? turn() : ((await performNext(action)) ?? turn());
      }
    } finally {
      stopWatching();
    }
    await finishRollout(app, world);
  };

  /** A start that was under way when the agent was killed may have left a process: it is found before turning back. */
  const mustTurn = (action: Action): boolean =>
    pending !== null && action.type !== 'start' && rolloutOf(app.journal.ledger()).state.phase === 'forward';

  const turn = (): Step => {
    const cause = pending ?? aborted;
    pending = null;
    return { event: { type: 'interrupted', cause }, instance: null };
  };

  /** Null when the action was cut short. */
  const performNext = async (action: Action): Promise<Step | null> => {
    const rollout = rolloutOf(app.journal.ledger());
    const onCounts: Hold['onCounts'] = (counts, text, facts) => publish(app, { kind: 'observe', text, counts, facts });
    const onWarmedUp = ({ requests, paths, failed }: WarmedUp): void =>
      publish(app, {
        kind: 'warm-up',
        text: `warmed up with ${requests} requests for ${paths} paths, ${failed} failed`,
        facts: { requests, paths, failed },
      });
    current = new AbortController();
    const { signal } = rollout.state.phase === 'forward' ? current : new AbortController();
    const ground = groundOf(app, rollout, world);
    try {
      return await perform(action, { app, rollout, ground, onCounts, onWarmedUp }, signal, world);
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
  };

  return {
    start,
    interrupt,
    isRunning: () => running !== null,
    async settled() {
      while (running !== null) await running;
    },
  };
}

function unwrittenEnd(error: unknown): RolloutEnd {
  return {
    outcome: 'rollback-failed',
    code: 'ROLLOUT_STOPPED',
    message: `the agent could not go on: ${(error as Error).message}. Traffic stays where it was last shifted`,
    hint: 'Look at agent/agent.log in the state directory; "fairway abort" returns to the stable release.',
    durationMs: 0,
    holdMs: 0,
  };
}
