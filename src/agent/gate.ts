import type { Answers } from '../domain/rollout/messages.ts';
import { nextAction } from '../domain/rollout/machine.ts';
import type { Cause } from '../domain/rollout/state.ts';
import { EnvironmentError } from '../errors.ts';
import { openRollout } from './app.ts';
import type { App } from './app.ts';
import { clientLost, unattendedTooLong } from './causes.ts';
import type { Gate, Ledger, Rollout } from './ledger.ts';
import { publish } from './publish.ts';

/** How long a paused rollout waits for somebody; without a client, for the lease is suspended as long. */
export const longestPauseMs = 24 * 3_600_000;

export const openGate: Gate = { pausedSince: null, passedStep: -1 };

export function gateOf(rollout: Pick<Rollout, 'gate'> | null): Gate {
  return rollout?.gate ?? openGate;
}

/** True while a rollout waits for a person, or will at the end of its step. */
export function isPaused(ledger: Ledger): boolean {
  return gateOf(ledger.rollout).pausedSince !== null;
}

/** When a rollout that nobody has to follow must be over (ms since 1970); null: somebody must follow it. */
export function unattendedUntil(rollout: Pick<Rollout, 'unattended'> | null): number | null {
  const { unattended } = rollout ?? {};
  return unattended === undefined ? null : Date.parse(unattended.since) + unattended.forMs;
}

/** Why nobody keeps the rollout going any more; null while the lease runs, is suspended, or is not asked for. */
export function lossOf(ledger: Ledger, silentMs: number, nowMs: number): Cause | null {
  const { rollout } = ledger;
  if (rollout === null || rollout.plan.onClientLost === 'continue') return null;
  const { leaseMs } = rollout.plan;
  if (isPaused(ledger) || silentMs <= leaseMs) return null;
  const until = unattendedUntil(rollout);
  if (until === null) return clientLost(leaseMs);
  return nowMs <= until ? null : unattendedTooLong(rollout.unattended?.forMs ?? 0);
}

/** Whether a rollout goes on although nobody follows it. */
export function goesOnAlone(ledger: Ledger, nowMs: number): boolean {
  return ledger.rollout?.plan.onClientLost === 'continue' || lossOf(ledger, Infinity, nowMs) === null;
}

/** The rollout stays at its share, watched, until somebody promotes it. Asked twice, it is the same pause. */
export async function pause(app: App): Promise<Answers['pause']> {
  const rollout = goingForward(app);
  const { weightPercent } = rollout.state;
  if (!isPaused(app.journal.ledger())) {
    await app.journal.append({ kind: 'gate', isPaused: true, step: null });
    publish(app, { kind: 'paused', text: `paused at ${weightPercent} %: "fairway promote" goes on` });
  }
  return { rolloutId: rollout.plan.rolloutId, weightPercent };
}

/** Let a paused rollout go on; the gate of the step at which it stands counts as passed. */
export async function promote(app: App, unattendedMs?: number): Promise<Answers['promote']> {
  const rollout = goingForward(app);
  if (!isPaused(app.journal.ledger())) {
    throw new EnvironmentError(
      'NOT_PAUSED',
      `the rollout of ${rollout.plan.release.version} does not wait for anybody`,
      {
        hint: 'It goes on by itself: fairway resume follows it.',
      },
    );
  }
  app.lease.heard();
  const action = nextAction(rollout.state, rollout.plan);
  const step = action?.type === 'observe' ? action.step : null;
  if (unattendedMs !== undefined) await app.journal.append({ kind: 'unattended', forMs: unattendedMs });
  await app.journal.append({ kind: 'gate', isPaused: false, step });
  publish(app, { kind: 'promoted-by-hand', text: `${rollout.plan.release.version} goes on` });
  return { rolloutId: rollout.plan.rolloutId };
}

function goingForward(app: App): Rollout {
  const rollout = openRollout(app.journal.ledger());
  if (rollout?.state.phase === 'forward') return rollout;
  const { app: name, environment } = app.scope;
  throw new EnvironmentError('NOTHING_TO_PAUSE', `${name}/${environment}: no rollout goes forward`, {
    hint: 'fairway status says what stands; a held one goes on with "fairway resume".',
  });
}

/** Whether the hold goes on beyond its time; the first look at a step's gate closes it. */
export async function waitsAt(app: App, step: number, atGate: boolean): Promise<boolean> {
  const ledger = app.journal.ledger();
  if (isPaused(ledger)) return true;
  if (!atGate || gateOf(ledger.rollout).passedStep >= step) return false;
  await pause(app);
  return true;
}
