import { describeAction } from '../domain/rollout/describe.ts';
import { phaseOf, phaseText } from '../domain/rollout/phases.ts';
import { nextAction, transition } from '../domain/rollout/machine.ts';
import type { Action, Cause, RolloutEvent } from '../domain/rollout/state.ts';
import type { Instance } from '../targets/target.ts';
import { groundOf } from './app.ts';
import type { App } from './app.ts';
import { within } from './deadline.ts';
import type { Ledger, Rollout } from './ledger.ts';
import { publish } from './publish.ts';
import type { AgentWorld } from './world.ts';

const retryMs = 1_000;
const tries = 600;
const shiftTimeoutMs = 10_000;

export interface Step {
  /** What the action before led to. */
  readonly event: RolloutEvent | null;
  readonly instance: Instance | null;
}

/**
 * Write down what happened and what comes next; nothing is begun before this resolves.
 *
 * Answers the action to perform, null at an end. A disk that takes no record means: traffic to the stable release
 * without one, `onTrouble` (which turns the rollout back), and trying again for ten minutes.
 */
export async function journalStep(
  step: Step,
  onTrouble: (cause: Cause) => void,
  app: App,
  world: AgentWorld,
): Promise<Action | null> {
  const rollout = rolloutOf(app.journal.ledger());
  const { plan } = rollout;
  const state = step.event === null ? rollout.state : transition(rollout.state, step.event, plan);
  const action = nextAction(state, plan);
  const stable = state.stableId === null ? null : (app.journal.ledger().releases[state.stableId]?.version ?? null);
  const told = action === null ? '' : describeAction(action, plan, stable);
  const phase = action === null || plan.strategy !== 'blue-green' ? null : phaseOf(action, state.phase);
  const text = phase === null ? told : `${phaseText(phase)}: ${told}`;
  const said = causeIn(step.event);
  const causeSeq = said === null ? 0 : app.feed.nextSeq();
  const seq = app.feed.nextSeq();
  for (let tried = 1; ; tried += 1) {
    try {
      await app.journal.append({ kind: 'step', event: step.event, action, instance: step.instance, seq, text });
      break;
    } catch (error) {
      world.log((error as Error).message);
      if (tried >= tries) throw error;
      if (tried === 1 && state.phase === 'forward') {
        onTrouble({ kind: 'environment', code: 'JOURNAL_NOT_WRITTEN', reason: (error as Error).message });
        await shiftUnwritten(app, rollout, world);
      }
      await world.clock.sleep(retryMs);
    }
  }
  if (said !== null) publish(app, { kind: said.code, text: said.reason, seq: causeSeq });
  if (action !== null)
    publish(app, { kind: kindOf(action), text, seq, ...(phase === null ? {} : { facts: { phase } }) });
  return action;
}

function kindOf(action: Action): string {
  return action.type === 'await-hosts' ? `await-${action.barrier}` : action.type;
}

export function rolloutOf(ledger: Ledger): Rollout {
  if (ledger.rollout === null) throw new Error('there is no rollout');
  return ledger.rollout;
}

/** Before the promotion traffic may go back to stable at any time, written down or not. */
async function shiftUnwritten(app: App, { plan, state }: Rollout, world: AgentWorld): Promise<void> {
  // Where the old release may have ended, or nobody comes in, there is nothing to send back.
  if (state.stableId === null || plan.strategy === 'recreate' || plan.strategy === 'rolling') return;
  const { proxy } = groundOf(app, { plan }, world);
  const shift = proxy.shift({ [state.stableId]: 100 });
  await within(shiftTimeoutMs, 'shift back', shift, world.clock).catch((error: unknown) => world.log(String(error)));
}

function causeIn(event: RolloutEvent | null): Cause | null {
  return event?.type === 'failed' || event?.type === 'interrupted' ? event.cause : null;
}
