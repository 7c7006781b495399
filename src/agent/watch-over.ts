import { endOfWatch, judgeWatch, withDoubt } from '../domain/rollout/watch.ts';
import type { Seen, Watch, WatchEnd } from '../domain/rollout/watch.ts';
import { FairwayError } from '../errors.ts';
import { groundOf, openRollout, stableOf } from './app.ts';
import type { App } from './app.ts';
import type { Rollout } from './ledger.ts';
import { isConnected } from './locking.ts';
import { statsOf } from './observe.ts';
import { goBack } from './operations.ts';
import type { Runner } from './run.ts';
import type { AgentWorld } from './world.ts';

const pollMs = 1_000;
const minuteMs = 60_000;
/** How often what was seen is written down while nothing happens. */
const rememberMs = 60_000;

interface Sample {
  readonly at: number;
  readonly requests: number;
  readonly errors: number;
}

/** Watch what is to be watched until the signal aborts. A release that turns bad is rolled back like by hand. */
export async function watchOver(app: App, runner: Runner, signal: AbortSignal, world: AgentWorld): Promise<void> {
  let samples: readonly Sample[] = [];
  let watched: string | null = null;
  let current: Watch | null = null;
  let rememberedAt = 0;
  let doubtedAt = -Infinity;

  const look = async (): Promise<void> => {
    const { watch, stableId } = app.journal.ledger();
    if (watch === undefined || watch.end !== null) return;
    const now = world.clock.now().toISOString();
    const rollout = openRollout(app.journal.ledger());
    if (watch.releaseId !== stableId || (rollout !== null && rollout.plan.release.id !== watch.releaseId)) {
      return await end(watch, replaced(watch, rollout, now));
    }
    if (watched !== watch.since) [samples, watched, rememberedAt] = [[], watch.since, world.clock.monotonicMs()];
    const stable = stableOf(app.journal.ledger());
    if (stable === null) return;
    const stats = await statsOf(groundOf(app, stable, world).proxy, world.clock);
    const own = stats.find(({ releaseId }) => releaseId === stable.id);
    const at = world.clock.monotonicMs();
    const last = samples.at(-1);
    // Counters that began anew, as after a restart of the proxy, only begin again.
    if (own === undefined || (last !== undefined && own.requests < last.requests)) samples = [];
    if (own === undefined) return;
    const { requests, errors, p95Ms } = own;
    const isNew = last === undefined || samples.length === 0;
    const known = current?.since === watch.since ? current : watch;
    const seen: Seen = {
      requests: known.seen.requests + (isNew ? 0 : requests - last.requests),
      errors: known.seen.errors + (isNew ? 0 : errors - last.errors),
      p95Ms,
    };
    samples = [...samples.filter((sample) => at - sample.at <= minuteMs), { at, requests, errors }];
    const first = samples[0] ?? { requests, errors };
    const minute = { requests: requests - first.requests, errors: errors - first.errors, p95Ms };
    const limits = stable.plan.guard;
    const verdict = judgeWatch(minute, watch.remembered, limits);
    let next: Watch = { ...known, seen };
    if (verdict.kind === 'bad') return await turnBack(next, verdict.reason);
    const isDoubt = verdict.kind === 'doubt' && at - doubtedAt >= minuteMs;
    if (isDoubt) [next, doubtedAt] = [withDoubt(next, now, verdict.reason), at];
    if (now >= watch.until) return await end(next, endOfWatch(next, limits, now));
    current = next;
    // What a client asks for comes from the journal.
    if (!isDoubt && at - rememberedAt < rememberMs) return;
    rememberedAt = at;
    await app.journal.append({ kind: 'watch', watch: next });
  };

  const end = async (watch: Watch, how: WatchEnd): Promise<void> => {
    await app.journal.append({ kind: 'watch', watch: { ...watch, end: how } });
    world.log(`watch of ${watch.version}: ${how.outcome} ${how.code}`);
  };

  const turnBack = async (watch: Watch, reason: string): Promise<void> => {
    const at = world.clock.now().toISOString();
    const { lock } = app.journal.ledger();
    const failed = `${watch.version}: ${reason}`;
    if (lock !== null && isConnected(lock, app, world)) {
      const message = `${failed}. It was left serving: ${lock.owner.who} holds the lock (${lock.owner.command})`;
      return await end(watch, { at, outcome: 'inconclusive', code: 'WATCH_LOCKED', message });
    }
    try {
      const back = await goBack(app, runner, runOf(watch), world);
      const message = `${failed}. The agent went back to ${back.version}; "fairway follow" tells how that ended`;
      await end(watch, { at, outcome: 'rolled-back', code: 'WATCH_ROLLED_BACK', message });
    } catch (error) {
      const why = error instanceof FairwayError ? error.message : String(error);
      const message = `${failed}. It still serves, for there is no way back: ${why}`;
      await end(watch, { at, outcome: 'rollback-failed', code: 'WATCH_NO_WAY_BACK', message });
    }
  };

  while (!signal.aborted) {
    await app.exclusive(look).catch((error: unknown) => world.log(`watch of ${app.directory}: ${String(error)}`));
    await world.clock.sleep(pollMs, signal).catch(() => undefined);
  }
}

/** The rollback that a watch began is known by it, also after a crash in between. */
function runOf({ since }: Watch): string {
  return `watch-${Date.parse(since)}`;
}

function replaced(watch: Watch, rollout: Rollout | null, at: string): WatchEnd {
  const { version } = watch;
  if (rollout?.plan.runId === runOf(watch)) {
    const message = `${version} turned bad, and the agent went back to ${rollout.plan.release.version}`;
    return { at, outcome: 'rolled-back', code: 'WATCH_ROLLED_BACK', message };
  }
  return { at, outcome: 'ok', code: 'WATCH_REPLACED', message: `the watch of ${version} ended with the next rollout` };
}
