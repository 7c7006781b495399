import type { Answers, Request } from '../domain/rollout/messages.ts';
import { maintenancePage } from '../domain/rollout/maintenance.ts';
import { EnvironmentError } from '../errors.ts';
import { groundOf, openRollout, stableOf } from './app.ts';
import type { App } from './app.ts';
import { within } from './deadline.ts';
import { doorOf } from './instances.ts';
import { assertHeld, isConnected } from './locking.ts';
import { verifyStable } from './verify.ts';
import type { AgentWorld } from './world.ts';

const proxyTimeoutMs = 10_000;

/** Show the maintenance page for a run that holds the lock, or the application again. */
export async function maintain(
  app: App,
  { runId, isClosed }: Extract<Request, { type: 'maintain' }>,
  world: AgentWorld,
): Promise<Answers['maintain']> {
  assertHeld(app, runId);
  await setPage(app, isClosed, world);
  return { isClosed };
}

async function setPage(app: App, isClosed: boolean, world: AgentWorld): Promise<void> {
  const stable = stableOf(app.journal.ledger());
  if (stable === null) return;
  const { proxy } = groundOf(app, stable, world);
  if (proxy.maintain === undefined) {
    throw new EnvironmentError('NO_MAINTENANCE_PAGE', 'this proxy shows no maintenance page', {
      hint: 'Use "proxy: { type: haproxy }".',
    });
  }
  if (isClosed) await app.journal.append({ kind: 'maintenance', isClosed });
  const page = isClosed ? maintenancePage(app.scope.app) : null;
  await within(proxyTimeoutMs, 'maintenance page', proxy.maintain(page), world.clock);
  if (!isClosed) await app.journal.append({ kind: 'maintenance', isClosed });
}

/**
 * A run that closed and was lost before it handed a plan over: users are let in again when the stable release passes
 * its smoke at its own door; else the page stays, for what it would serve is broken.
 */
export async function openAgain(app: App, world: AgentWorld): Promise<void> {
  const ledger = app.journal.ledger();
  if (ledger.isClosed !== true || openRollout(ledger) !== null) return;
  if (ledger.lock !== null && isConnected(ledger.lock, app, world)) return;
  const stable = stableOf(ledger);
  const door = stable === null ? null : doorOf(stable);
  if (stable === null || door === null) return;
  const cause = await verifyStable(stable, `http://${door}`, world);
  if (cause === null) await setPage(app, false, world);
  else world.log(`the maintenance page stays: ${cause.reason}`);
}
