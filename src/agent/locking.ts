import { decideLock, isLost } from '../domain/rollout/lock.ts';
import type { Lock, OwnerSigns } from '../domain/rollout/lock.ts';
import type { Answers, RunOwner } from '../domain/rollout/messages.ts';
import { LockHeld } from '../errors.ts';
import { openRollout } from './app.ts';
import type { App } from './app.ts';
import { clientLost } from './causes.ts';
import { goesOnAlone } from './gate.ts';
import type { Rollout } from './ledger.ts';
import { within } from './deadline.ts';
import type { Runner } from './run.ts';
import type { AgentWorld } from './world.ts';

/** How long a request for the lock waits for the rollout of an owner that is gone. */
const settleTimeoutMs = 120_000;

/** Throws LockHeld `LOCK_HELD` with who holds it and since when. */
export async function takeLock(
  app: App,
  runner: Runner,
  asked: { readonly owner: RunOwner; readonly leaseMs: number },
  world: AgentWorld,
): Promise<Answers['lock']> {
  const { lock } = app.journal.ledger();
  const decision = decideLock(lock, asked.owner.runId, signsOf(lock, app, world), rolloutMood(app, world));
  if (decision.kind === 'held') throw lockHeld(decision.lock, app, world);
  if (decision.kind === 'settle-first') {
    runner.interrupt(clientLost(lock?.leaseMs ?? 0));
    await within(settleTimeoutMs, 'the rollout of the run before', runner.settled(), world.clock);
  }
  const tookOverFrom = decision.kind === 'settle-first' ? decision.lost : decision.tookOverFrom;
  const isOurs = lock !== null && lock.owner.runId === asked.owner.runId;
  const since = isOurs ? lock.since : world.clock.now().toISOString();
  app.lease.heard();
  await app.lease.remember(asked.leaseMs);
  if (!isOurs || lock.leaseMs !== asked.leaseMs) {
    const taken: Lock = { owner: asked.owner, since, leaseMs: asked.leaseMs };
    await app.journal.append({ kind: 'locked', lock: taken, tookOverFrom });
  }
  return { since, leaseMs: asked.leaseMs, tookOverFrom };
}

/** Throws LockHeld `LOCK_LOST` when this run does not hold the lock any more. */
export function assertHeld(app: App, runId: string): Lock {
  const { lock } = app.journal.ledger();
  if (lock !== null && lock.owner.runId === runId) return lock;
  const holder = lock === null ? 'nobody holds it now' : `${lock.owner.who} holds it since ${lock.since}`;
  throw new LockHeld('LOCK_LOST', `run ${runId} does not hold the lock of ${scopeText(app)}: ${holder}`, {
    hint: 'This run stops here; start it again.',
    facts: lock === null ? {} : { who: lock.owner.who, since: lock.since, runId: lock.owner.runId },
  });
}

/** Throws LockHeld `LOCK_HELD` while an owner that is not lost holds it. */
export function assertFree(app: App, world: AgentWorld): void {
  const { lock } = app.journal.ledger();
  if (lock !== null && !isLost(lock, signsOf(lock, app, world))) throw lockHeld(lock, app, world);
}

export async function releaseLock(app: App, runId: string, why: string): Promise<boolean> {
  if (app.journal.ledger().lock?.owner.runId !== runId) return false;
  await app.journal.append({ kind: 'unlocked', runId, why });
  return true;
}

/** Take the lock from its owner; the run that loses it stops before its next change. */
export async function takeLockAway(app: App, force: boolean, world: AgentWorld): Promise<Answers['take-lock-away']> {
  const { lock } = app.journal.ledger();
  if (lock === null) return { owner: null, since: null };
  if (!force) assertFree(app, world);
  await releaseLock(app, lock.owner.runId, force ? 'taken away by force' : 'taken away: its owner is gone');
  return { owner: lock.owner, since: lock.since };
}

/** True while the owner is known to be there: heard within its lease, its process alive as far as anybody can tell. */
export function isConnected(lock: Lock, app: App, world: AgentWorld): boolean {
  return !isLost(lock, signsOf(lock, app, world));
}

function signsOf(lock: Lock | null, app: App, world: AgentWorld): OwnerSigns {
  const process = lock?.owner.process ?? null;
  return { silentMs: app.lease.silentMs(), isProcessAlive: process === null ? null : world.isAlive(process) };
}

/** What becomes of the rollout that is under way without the owner of the lock. */
function rolloutMood(app: App, world: AgentWorld): 'none' | 'returns' | 'goes-on' {
  const { lock } = app.journal.ledger();
  const rollout = openRollout(app.journal.ledger());
  if (rollout === null) return 'none';
  const { state, plan } = rollout;
  if (state.phase === 'held') return 'goes-on';
  if (state.phase !== 'forward') return 'returns';
  if (goesOnAlone(app.journal.ledger(), world.clock.now().getTime())) return 'goes-on';
  const isFollowed = lock === null ? app.lease.silentMs() <= plan.leaseMs : isConnected(lock, app, world);
  return isFollowed ? 'goes-on' : 'returns';
}

function lockHeld(lock: Lock | null, app: App, world: AgentWorld): LockHeld {
  const rollout = openRollout(app.journal.ledger());
  const what = rollout === null ? '' : `the rollout of ${rollout.plan.release.version} is ${phaseText(rollout)}`;
  const hint =
    rollout === null
      ? 'Wait for its end; the lock of a run that is gone is given up by itself.'
      : 'Wait for its end, or return to the stable release with "fairway abort".';
  if (lock === null) {
    const since = rollout?.startedAt ?? '';
    return new LockHeld('LOCK_HELD', `${scopeText(app)} is not free: ${what} since ${since}`, {
      hint,
      facts: { since },
    });
  }
  const { who, command, runId } = lock.owner;
  const silence = isConnected(lock, app, world) ? '' : ' (its client is gone)';
  const message = `${scopeText(app)} is locked by ${who} (${command}) since ${lock.since}${silence}`;
  return new LockHeld('LOCK_HELD', what === '' ? message : `${message}; ${what}`, {
    hint,
    facts: { who, command, runId, since: lock.since },
  });
}

function phaseText({ state }: Rollout): string {
  return state.phase === 'held' ? `held at ${state.weightPercent} %` : 'under way';
}

function scopeText(app: App): string {
  return `${app.scope.app}/${app.scope.environment}`;
}
