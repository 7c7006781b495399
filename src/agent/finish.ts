import { conclude } from '../domain/rollout/conclude.ts';
import { toDiscard } from '../domain/rollout/retain.ts';
import { groundOf } from './app.ts';
import type { App } from './app.ts';
import { within } from './deadline.ts';

import type { KeptRelease } from './ledger.ts';
import { publish } from './publish.ts';
import { forgetSecrets } from './secrets.ts';
import { rolloutOf } from './step.ts';
import { isWarm, stopLeftover } from './warm.ts';
import { beginWatch } from './watch-begin.ts';
import type { AgentWorld } from './world.ts';

const discardTimeoutMs = 60_000;

/** Give a rollout its outcome, put it into the history, and clear away what nobody needs any more. */
export async function finishRollout(app: App, world: AgentWorld): Promise<void> {
  const ledger = app.journal.ledger();
  const { plan, state, startedAt, kind } = rolloutOf(ledger);
  const stable = state.stableId === null ? null : (ledger.releases[state.stableId]?.plan.release ?? null);
  const durationMs = Math.max(0, world.clock.now().getTime() - Date.parse(startedAt));
  const { proxy } = groundOf(app, { plan }, world);
  const end = conclude(state, plan, { stable, url: proxy.url, durationMs });
  if (end === null) throw new Error(`a rollout in phase "${state.phase}" has no outcome`);
  if (state.phase === 'promoted' && kind === 'deploy' && (plan.watchMs ?? 0) > 0) {
    await beginWatch(app, plan.watchMs ?? 0, world);
  }
  const seq = app.feed.nextSeq();
  await app.journal.append({ kind: 'ended', end, seq });
  const { leftovers } = state;
  publish(app, {
    kind: 'ended',
    text: end.message,
    seq,
    end,
    ...(leftovers.length === 0 ? {} : { facts: { leftovers } }),
  });
  world.log(`${kind} ${plan.rolloutId} of ${plan.release.version}: ${end.outcome} ${end.code}`);
  await app.journal.rotate(`${startedAt.replaceAll(/[-:.]/g, '')}-${plan.rolloutId}`);
  if (state.phase === 'promoted' || state.phase === 'rolledBack') await clearAway(app, plan.keepReleases, world);
}

/** Stop what still runs of releases that do not serve, and delete those beyond the kept ones; what fails waits for the next time. */
async function clearAway(app: App, keep: number, world: AgentWorld): Promise<void> {
  const { stableId } = app.journal.ledger();
  for (const kept of Object.values(app.journal.ledger().releases)) {
    if (kept.id !== stableId && !isWarm(kept, app.journal.ledger(), world)) await stopLeftover(app, kept, world);
  }
  const { releases } = app.journal.ledger();
  const discarded: string[] = [];
  for (const id of toDiscard(Object.values(releases), stableId, keep)) {
    const kept = releases[id];
    if (kept?.instances.length === 0 && (await discard(app, kept, world))) discarded.push(id);
  }
  if (discarded.length > 0) await app.journal.append({ kind: 'discarded', releaseIds: discarded });
}

export async function discard(app: App, kept: KeptRelease, world: AgentWorld): Promise<boolean> {
  const { target, context } = groundOf(app, kept, world);
  try {
    await within(discardTimeoutMs, 'discard', target.discard(kept.id, context), world.clock);
    await forgetSecrets(app.directory, kept.id, world);
    return true;
  } catch (error) {
    world.log(`${kept.id} was not deleted: ${(error as Error).message}`);
    return false;
  }
}
