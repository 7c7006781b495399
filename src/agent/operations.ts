import type { Answers, Request, Scope } from '../domain/rollout/messages.ts';
import type { ReleaseRef, RolloutPlan } from '../domain/rollout/plan.ts';
import { previousOf } from '../domain/rollout/retain.ts';
import { EnvironmentError, LockHeld } from '../errors.ts';
import { openRollout, refOf, stableOf } from './app.ts';
import type { App } from './app.ts';
import { aborted } from './causes.ts';
import { within } from './deadline.ts';
import { longestPauseMs } from './gate.ts';
import { assertHeld } from './locking.ts';
import type { Runner } from './run.ts';
import { keepSecrets } from './secrets.ts';
import { refuseBarred } from './no-return.ts';
import { noSuchRelease } from './views.ts';
import type { AgentWorld } from './world.ts';

const clearTimeoutMs = 60_000;

type Asked<T extends Request['type']> = Extract<Request, { type: T }>;

/** Begin a rollout for the run that holds the lock; the same request again gets the same answer. */
export async function deploy(
  app: App,
  runner: Runner,
  requestId: string,
  { plan, secrets }: Asked<'deploy'>,
  world: AgentWorld,
): Promise<Answers['deploy']> {
  const known = answeredBefore(app, requestId, plan.rolloutId);
  if (known !== null) return { rolloutId: known };
  assertHeld(app, plan.runId);
  if (plan.release.id === app.journal.ledger().stableId) {
    throw new EnvironmentError('RELEASE_IS_STABLE', `${plan.release.version} (${plan.release.id}) serves already`, {
      hint: 'There is nothing to deploy.',
    });
  }
  await begin(app, runner, requestId, 'deploy', plan, secrets, world);
  return { rolloutId: plan.rolloutId };
}

/** Make a kept release serve again: the same rollout, as one switch; no migration runs. */
export async function rollback(
  app: App,
  runner: Runner,
  requestId: string,
  { version, runId }: Asked<'rollback'>,
  world: AgentWorld,
): Promise<Answers['rollback']> {
  const ledger = app.journal.ledger();
  const known = answeredBefore(app, requestId, null);
  if (known !== null && ledger.rollout?.plan.rolloutId === known) {
    return { rolloutId: known, release: refOf(ledger.rollout.plan.release) };
  }
  const lock = assertHeld(app, runId);
  const plan: RolloutPlan = { ...planBack(app, version, runId, world), leaseMs: lock.leaseMs };
  await begin(app, runner, requestId, 'rollback', plan, null, world);
  return { rolloutId: plan.rolloutId, release: refOf(plan.release) };
}

/** The agent's own rollback to the release before: nobody follows it. Throws what `rollback` throws. */
export async function goBack(app: App, runner: Runner, runId: string, world: AgentWorld): Promise<ReleaseRef> {
  const plan: RolloutPlan = { ...planBack(app, null, runId, world), unattendedMs: longestPauseMs };
  await begin(app, runner, runId, 'rollback', plan, null, world);
  return refOf(plan.release);
}

function planBack(app: App, version: string | null, runId: string, world: AgentWorld): RolloutPlan {
  const ledger = app.journal.ledger();
  const kept = previousOf(Object.values(ledger.releases), stableOf(ledger), version);
  if (kept === null) throw noSuchRelease(version, app);
  refuseBarred(kept, ledger.noReturns ?? []);
  const strategies = [kept.plan.strategy, stableOf(ledger)?.plan.strategy];
  return {
    ...kept.plan,
    rolloutId: world.newId(),
    runId,
    // Where two at once were not allowed on the way here, they are not on the way back.
    strategy: strategies.includes('recreate')
      ? 'recreate'
      : kept.plan.strategy === 'rolling'
        ? 'rolling'
        : 'blue-green',
    steps: [{ weightPercent: 100, holdMs: 0 }],
    minRequestsPerStep: 0,
    onInconclusive: 'rollback',
    unattendedMs: undefined,
    warmMs: 0,
    watchMs: 0,
  };
}

/** Return to stable; an end that needs a person is tried again. */
export async function abort(app: App, runner: Runner): Promise<Answers['abort']> {
  const ledger = app.journal.ledger();
  const rollout = openRollout(ledger);
  if (rollout === null) {
    if (ledger.rollout?.state.phase !== 'rollbackFailed') return { rolloutId: null };
    runner.start({ type: 'resumed' });
    return { rolloutId: ledger.rollout.plan.rolloutId };
  }
  app.lease.heard();
  runner.interrupt(aborted);
  return { rolloutId: rollout.plan.rolloutId };
}

/** Go on with a rollout that is held, whose way back failed, or whose client was lost. */
export async function resume(app: App, runner: Runner, unattendedMs?: number): Promise<Answers['resume']> {
  const { rollout } = app.journal.ledger();
  if (rollout === null) throw nothingToResume(app.scope);
  const { phase } = rollout.state;
  app.lease.heard();
  const isWaiting = phase === 'held' || phase === 'rollbackFailed';
  if (!isWaiting && openRollout(app.journal.ledger()) === null) throw nothingToResume(app.scope);
  if (unattendedMs !== undefined) await app.journal.append({ kind: 'unattended', forMs: unattendedMs });
  runner.start(isWaiting ? { type: 'resumed' } : null);
  return { rolloutId: rollout.plan.rolloutId };
}

export async function published(app: App, { releaseId, runId }: Asked<'published'>): Promise<Answers['published']> {
  const kept = app.journal.ledger().releases[releaseId];
  if (kept === undefined) throw noSuchRelease(releaseId, app);
  if (kept.published) return { published: true };
  assertHeld(app, runId);
  await app.journal.append({ kind: 'published', releaseId });
  return { published: true };
}

async function begin(
  app: App,
  runner: Runner,
  requestId: string,
  kind: 'deploy' | 'rollback',
  plan: RolloutPlan,
  secrets: Readonly<Record<string, string>> | null,
  world: AgentWorld,
): Promise<void> {
  const open = openRollout(app.journal.ledger());
  if (open !== null) {
    const what = `the rollout of ${open.plan.release.version}`;
    throw new LockHeld('ROLLOUT_UNDER_WAY', `${app.scope.app}/${app.scope.environment}: ${what} is not over`, {
      hint: 'Go on with "fairway resume", or return to the stable release with "fairway abort".',
    });
  }
  // The one before has its outcome, and only clears away what it left.
  await within(clearTimeoutMs, 'the end of the rollout before', runner.settled(), world.clock);
  if (secrets !== null) await keepSecrets(app.directory, plan.release.id, secrets, world);
  const fingerprints = Object.fromEntries(
    Object.entries(secrets ?? {}).map(([name, value]) => [name, world.fingerprint(value)]),
  );
  app.lease.heard();
  await app.lease.remember(plan.leaseMs);
  await app.journal.append({ kind: 'begun', rollout: kind, plan, requestId, secrets: fingerprints });
  runner.start(null);
}

/** The rollout that this request, or one with the same plan, began before. */
function answeredBefore(app: App, requestId: string, rolloutId: string | null): string | null {
  const { answered } = app.journal.ledger();
  const known = answered[requestId];
  if (known !== undefined) return known;
  return rolloutId !== null && Object.values(answered).includes(rolloutId) ? rolloutId : null;
}

export function nothingToResume({ app, environment }: Scope): EnvironmentError {
  return new EnvironmentError('NOTHING_TO_RESUME', `${app}/${environment}: no rollout stands`, {
    hint: 'fairway status says what serves.',
  });
}
