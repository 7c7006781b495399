import type { Action, RolloutEvent } from '../domain/rollout/state.ts';
import { maintenancePage } from '../domain/rollout/maintenance.ts';
import { EnvironmentError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { Proxy } from '../proxies/proxy.ts';
import type { Instance, Target } from '../targets/target.ts';
import { stableOf } from './app.ts';
import type { App, Ground } from './app.ts';
import { causeOf, smokeCause } from './causes.ts';
import { within } from './deadline.ts';
import { doorOf, specOf, startProcess, stopBut, stopRelease } from './instances.ts';
import type { KeptRelease, Rollout } from './ledger.ts';
import { countsIn, statsOf } from './observe.ts';
import type { Hold } from './observe.ts';
import { awaitHosts } from './hosts.ts';
import { performObserve } from './perform-observe.ts';
import { awaitReady } from './ready.ts';
import { verifyStable } from './verify.ts';
import { coolDown } from './warm.ts';
import { warmUp } from './warm-up.ts';
import type { WarmedUp } from './warm-up.ts';
import type { AgentWorld } from './world.ts';

export interface Performance {
  readonly app: App;
  readonly rollout: Rollout;
  readonly ground: Ground;
  readonly onCounts: Hold['onCounts'];
  readonly onWarmedUp: (warmed: WarmedUp) => void;
}

export interface Performed {
  readonly event: RolloutEvent;
  readonly instance: Instance | null;
}

const prepareTimeoutMs = 600_000;
const proxyTimeoutMs = 10_000;
const proxyStartTimeoutMs = 30_000;
const smokeSlackMs = 5_000;
const idlePollMs = 50;
const backTries = 5;
const backPauseMs = 200;

/**
 * Perform one action; every failure and missed deadline becomes an event.
 *
 * Throws only the signal's reason, when the action was cut short by it.
 */
export async function perform(
  action: Action,
  performance: Performance,
  signal: AbortSignal,
  world: AgentWorld,
): Promise<Performed> {
  try {
    return await act(action, performance, signal, world);
  } catch (error) {
    if (signal.aborted && error === signal.reason) throw error;
    return { event: { type: 'failed', action: action.type, cause: causeOf(error, action) }, instance: null };
  }
}

async function act(
  action: Action,
  performance: Performance,
  signal: AbortSignal,
  world: AgentWorld,
): Promise<Performed> {
  const { app, rollout, ground, onWarmedUp } = performance;
  const { plan, state } = rollout;
  const { proxy, target, context } = ground;
  const { clock } = world;
  const { id } = plan.release;
  const ledger = app.journal.ledger();
  const fresh = ledger.releases[id];
  const old = state.stableId === null ? null : (ledger.releases[state.stableId] ?? null);
  if (fresh === undefined) throw new Error(`release ${id} is not in the ledger`);
  const shift = async (weights: Readonly<Record<string, number>>, what: string): Promise<void> =>
    await within(proxyTimeoutMs, what, proxy.shift(weights), clock);
  const maintain = async (page: string | null): Promise<void> => {
    if (proxy.maintain === undefined) {
      throw new EnvironmentError('NO_MAINTENANCE_PAGE', 'this proxy shows no maintenance page', {
        hint: 'Use "proxy: { type: haproxy }" for deploy.strategy: recreate.',
      });
    }
    await within(proxyTimeoutMs, 'maintenance page', proxy.maintain(page), clock);
  };
  const done: Performed = { event: { type: 'done', action: action.type }, instance: null };

  switch (action.type) {
    case 'prepare':
      await coolDown(app, id, world);
      await within(prepareTimeoutMs, 'prepare', target.prepare(plan.release, context), clock, signal);
      await within(proxyStartTimeoutMs, 'start the proxy', proxy.ensure(), clock);
      return done;
    case 'start': {
      const spec = plan.release.processes.find(({ name }) => name === action.process);
      if (spec === undefined) throw new Error(`release ${id} has no process "${action.process}"`);
      return { ...done, instance: await startProcess(fresh, spec, app, ground, world) };
    }
    case 'await-ready':
      await allReady(fresh, target, signal, world);
      return done;
    case 'smoke': {
      const url = action.door === 'users' ? proxy.url : `http://${addressOf(fresh)}`;
      const smoking = world.plugins.smoke(plan.checks, url, plan.smokeDeadlineMs, signal);
      const report = await within(plan.smokeDeadlineMs + smokeSlackMs, 'smoke', smoking, clock, signal);
      signal.throwIfAborted();
      const cause = smokeCause(report, plan.release.version);
      return cause === null ? done : { ...done, event: { type: 'failed', action: 'smoke', cause } };
    }
    case 'close':
      await app.upkeep(async () => undefined);
      await maintain(maintenancePage(plan.app));
      if (old !== null) await untilIdle(old.id, plan.drainTimeoutMs, proxy, clock);
      return done;
    case 'open':
      await maintain(null);
      return done;
    case 'settle':
      await clock.sleep(action.holdMs, signal);
      return done;
    case 'start-old':
      for (const spec of old?.plan.release.processes ?? []) {
        if (old === null) break;
        const instance = await startProcess(old, spec, app, ground, world);
        await app.journal.append({ kind: 'instance', releaseId: old.id, process: spec.name, instance });
      }
      return done;
    case 'await-old': {
      if (old === null) return done;
      await allReady(old, target, signal, world);
      const cause = await verifyStable(old, `http://${addressOf(old)}`, world);
      return cause === null ? done : { ...done, event: { type: 'failed', action: 'await-old', cause } };
    }
    case 'warm-up':
      if (plan.warmUp !== undefined) onWarmedUp(await warmUp(plan.warmUp, addressOf(fresh), proxy, signal, world));
      return done;
    case 'join': {
      await within(proxyTimeoutMs, 'join', proxy.add({ releaseId: id, address: addressOf(fresh) }), clock);
      const none = { requests: 0, errors: 0 };
      const baseline = countsIn(await statsOf(proxy, clock), id, none) ?? none;
      return { ...done, event: { type: 'joined', baseline } };
    }
    case 'shift':
      await shift(sharesOf(id, state.stableId, action.weightPercent), `shift to ${action.weightPercent} %`);
      return done;
    case 'observe':
      return { ...done, event: await performObserve(action, performance, addressOf(fresh), signal, world) };
    case 'await-hosts':
      await awaitHosts(app, action.barrier, signal, world);
      return done;
    case 'persist':
      await within(proxyTimeoutMs, 'persist', proxy.persistStable(id), clock);
      return done;
    case 'drain-old':
    case 'drain-new': {
      // What is being started again now is started for the release that is stable no more.
      if (action.type === 'drain-old') await app.upkeep(async () => undefined);
      const drained = action.type === 'drain-new' ? id : (old?.id ?? '');
      const draining = proxy.drain(drained, plan.drainTimeoutMs);
      await within(plan.drainTimeoutMs + proxyTimeoutMs, 'drain', draining, clock);
      return done;
    }
    case 'remove-old':
    case 'remove-new':
      await within(proxyTimeoutMs, 'remove', proxy.remove(action.type === 'remove-new' ? id : (old?.id ?? '')), clock);
      return done;
    case 'keep-warm':
      if (old !== null) await stopBut(old, (spec) => spec.traffic && !spec.singleton, ground, world);
      return done;
    case 'stop-old':
      if (old !== null) await stopRelease(old, ground, world);
      return done;
    case 'stop-new':
      await stopRelease(fresh, ground, world);
      return done;
    case 'stop-proxy':
      await within(proxyStartTimeoutMs, 'stop the proxy', proxy.stop(), clock);
      return done;
    case 'shift-back':
      await withRetries(ground, world, async () => {
        // A proxy that was started again may have forgotten all but what it persisted.
        if (old !== null)
          await within(proxyTimeoutMs, 'join', proxy.add({ releaseId: old.id, address: addressOf(old) }), clock);
        await shift({ [state.stableId ?? '']: 100 }, 'shift back');
      });
      return done;
    case 'persist-stable':
      await withRetries(ground, world, () =>
        within(proxyTimeoutMs, 'persist', proxy.persistStable(state.stableId ?? ''), clock),
      );
      return done;
    case 'verify': {
      const stable = stableOf(ledger);
      const cause = stable === null ? null : await verifyStable(stable, proxy.url, world);
      return cause === null ? done : { ...done, event: { type: 'failed', action: 'verify', cause } };
    }
  }
}

async function allReady(kept: KeptRelease, target: Target, signal: AbortSignal, world: AgentWorld): Promise<void> {
  await Promise.all(
    kept.instances.map(async (instance) => {
      const spec = specOf(kept, instance);
      if (spec !== undefined) await awaitReady(spec, instance, target, signal, world);
    }),
  );
}

/** Behind the maintenance page nothing new comes; what is in flight may end, but not for ever. */
async function untilIdle(releaseId: string, timeoutMs: number, proxy: Proxy, clock: Clock): Promise<void> {
  const endsAt = clock.monotonicMs() + timeoutMs;
  while (clock.monotonicMs() < endsAt) {
    const own = (await statsOf(proxy, clock)).find((each) => each.releaseId === releaseId);
    if ((own?.inFlight ?? 0) === 0) return;
    await clock.sleep(idlePollMs);
  }
}

/** The way back is worth several tries, each with a proxy that runs. */
async function withRetries({ proxy }: Ground, { clock }: AgentWorld, effect: () => Promise<void>): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await effect();
    } catch (error) {
      if (tried >= backTries) throw error;
      await clock.sleep(backPauseMs * 2 ** tried);
      await within(proxyStartTimeoutMs, 'start the proxy', proxy.ensure(), clock).catch(() => undefined);
    }
  }
}

function addressOf(kept: KeptRelease): string {
  const address = doorOf(kept);
  if (address === null) throw new Error(`no process of ${kept.version} takes traffic`);
  return address;
}

/** Shares that add up to 100; without a stable release the new one has them all. */
function sharesOf(freshId: string, stableId: string | null, weightPercent: number): Readonly<Record<string, number>> {
  if (stableId === null || stableId === freshId) return { [freshId]: 100 };
  return { [stableId]: 100 - weightPercent, [freshId]: weightPercent };
}
