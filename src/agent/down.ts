import type { Answers } from '../domain/rollout/messages.ts';
import { LockHeld } from '../errors.ts';
import { groundOf, openRollout } from './app.ts';
import type { App } from './app.ts';
import { within } from './deadline.ts';
import { discard } from './finish.ts';
import { stopRelease } from './instances.ts';
import { assertFree } from './locking.ts';
import type { AgentWorld } from './world.ts';

const proxyStopTimeoutMs = 30_000;

/**
 * Stop proxy and processes of an application and delete its releases; only the history stays.
 *
 * `leave` ends the keeping up. Throws LockHeld while a run holds the lock or a rollout is not over.
 */
export async function down(app: App, leave: () => Promise<void>, world: AgentWorld): Promise<Answers['down']> {
  if (!app.journal.ledger().isClearing) {
    assertFree(app, world);
    const open = openRollout(app.journal.ledger());
    if (open !== null) {
      throw new LockHeld('ROLLOUT_UNDER_WAY', `the rollout of ${open.plan.release.version} is not over`, {
        hint: 'Return to the stable release first: fairway abort.',
      });
    }
    await app.journal.append({ kind: 'clearing' });
  }
  // From here on nobody starts anything again.
  await leave();
  return await clear(app, world);
}

/** The rest of a `down` that was begun; also the agent's that begins again. */
export async function clear(app: App, world: AgentWorld): Promise<Answers['down']> {
  const releases = Object.values(app.journal.ledger().releases);
  const proxies = new Map(releases.map((kept) => [JSON.stringify(kept.plan.proxy), groundOf(app, kept, world).proxy]));
  for (const proxy of proxies.values()) {
    await within(proxyStopTimeoutMs, 'stop the proxy', proxy.stop(), world.clock);
  }
  for (const kept of releases) await stopRelease(kept, groundOf(app, kept, world), world);
  for (const kept of releases) await discard(app, kept, world);
  await app.journal.rotate(`${world.clock.now().toISOString().replaceAll(/[-:.]/g, '')}-down`);
  for (const name of await world.files.list(app.directory)) {
    if (name !== 'history') await world.files.remove(`${app.directory}/${name}`);
  }
  return { releases: releases.map(({ id }) => id) };
}
