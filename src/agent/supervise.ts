import { decideRestart, freshRecord } from '../domain/rollout/restart.ts';
import type { RestartRecord } from '../domain/rollout/restart.ts';
import type { ProcessSpec } from '../domain/rollout/plan.ts';
import type { Cause } from '../domain/rollout/state.ts';
import { EnvironmentError } from '../errors.ts';
import { groundOf, openRollout, stableOf } from './app.ts';
import type { App, Ground } from './app.ts';
import { bake } from './bake.ts';
import { within } from './deadline.ts';
import { doorOf, startProcess } from './instances.ts';
import type { KeptRelease } from './ledger.ts';
import { openAgain } from './maintain.ts';
import { awaitReady } from './ready.ts';
import { coolDown } from './warm.ts';
import { exitOf } from './watch.ts';
import type { AgentWorld } from './world.ts';

const pollMs = 500;
const proxyPollMs = 2_000;
const openPollMs = 5_000;
const proxyTimeoutMs = 10_000;
const proxyStartTimeoutMs = 30_000;
/** Locks and restarts between two rollouts fill it slowly. */
const longJournal = 500;

interface Health {
  readonly record: RestartRecord;
  readonly startedAtMs: number;
  /** Not before then (monotonic); null: given up. */
  readonly nextMs: number | null;
}

/**
 * Keep the stable release and its proxy up until the signal aborts: what exits is started again, each time later,
 * at most as often as its specification allows. A held rollout whose release exits is turned back.
 */
export async function supervise(
  app: App,
  interrupt: (cause: Cause) => void,
  signal: AbortSignal,
  world: AgentWorld,
): Promise<void> {
  const { clock } = world;
  const health = new Map<string, Health>();
  let looks = 0;
  let proxySeenAt = -Infinity;
  let openedAt = -Infinity;
  const lookOnce = async (): Promise<void> => {
    looks += 1;
    try {
      const stable = stableOf(app.journal.ledger());
      if (stable !== null) {
        const ground = groundOf(app, stable, world);
        if (clock.monotonicMs() - proxySeenAt >= proxyPollMs) {
          proxySeenAt = clock.monotonicMs();
          await within(proxyStartTimeoutMs, 'start the proxy', ground.proxy.ensure(), clock);
          await tellAddress(stable, ground, world);
        }
        // While it is recreated, the rollout alone says when the old release runs.
        const { plan } = openRollout(app.journal.ledger()) ?? {};
        const processes = plan?.strategy === 'recreate' ? [] : stable.plan.release.processes;
        for (const spec of processes) await keepUp(stable, spec, ground, health, signal);
      }
      if (openRollout(app.journal.ledger())?.state.phase === 'held') {
        const exited = await exitOf(app, world);
        if (exited !== null) interrupt(exited);
      }
      await bake(app, world);
      await coolDown(app, null, world);
      if (clock.monotonicMs() - openedAt >= openPollMs) {
        openedAt = clock.monotonicMs();
        await openAgain(app, world);
      }
      if (app.journal.length() > longJournal && openRollout(app.journal.ledger()) === null) {
        await app.journal.rotate(`${world.clock.now().toISOString().replaceAll(/[-:.]/g, '')}-between`);
      }
    } catch (error) {
      if (!signal.aborted) world.log(`keeping ${app.directory} up: ${(error as Error).message}`);
    }
  };
  while (!signal.aborted) {
    await app.upkeep(lookOnce);
    await clock.sleep(pollMs, signal).catch(() => undefined);
  }

  async function keepUp(
    stable: KeptRelease,
    spec: ProcessSpec,
    ground: Ground,
    known: Map<string, Health>,
    stop: AbortSignal,
  ): Promise<void> {
    const key = `${stable.id}/${spec.name}`;
    const instance = stable.instances.find(({ process }) => process === spec.name);
    // A singleton that was not handed over yet is the rollout's to start.
    if (instance === undefined && openRollout(app.journal.ledger()) !== null) return;
    if (instance !== undefined && (await ground.target.isRunning(instance))) return;
    const now = clock.monotonicMs();
    // What a reboot or the engine's own restart ended is no crash of its own.
    if (looks === 1 && !known.has(key)) {
      world.log(`${key} did not run when this agent began: it is started`);
      await startAgain(app, stable, spec, ground, stop, world);
      known.set(key, { record: freshRecord, startedAtMs: now, nextMs: now });
      return;
    }
    const before = known.get(key) ?? { record: freshRecord, startedAtMs: now, nextMs: now };
    if (before.nextMs === null || stop.aborted) return;
    if (now < before.nextMs) return;
    const decision = decideRestart(before.record, now - before.startedAtMs, spec.maxRestarts);
    if (decision.kind === 'give-up') {
      known.set(key, { ...before, nextMs: null });
      world.log(`${key} stays down: ${decision.reason}`);
      return;
    }
    known.set(key, { record: decision.record, startedAtMs: now, nextMs: now + decision.afterMs });
    world.log(`${key} is not running: start ${decision.record.restarts} of ${spec.maxRestarts}`);
    await startAgain(app, stable, spec, ground, stop, world);
    known.set(key, { record: decision.record, startedAtMs: clock.monotonicMs(), nextMs: now + decision.afterMs });
  }
}

/** Start a process of the stable release and give the proxy its new address with the share that it had. */
async function startAgain(
  app: App,
  stable: KeptRelease,
  spec: ProcessSpec,
  ground: Ground,
  signal: AbortSignal,
  world: AgentWorld,
): Promise<void> {
  const { clock } = world;
  const instance = await startProcess(stable, spec, app, ground, world);
  await app.journal.append({ kind: 'instance', releaseId: stable.id, process: spec.name, instance });
  await awaitReady(spec, instance, ground.target, signal, world).catch((error: unknown) => {
    // Slow is better than not reachable at all.
    if (!(error instanceof EnvironmentError) || error.code !== 'RELEASE_NOT_READY') throw error;
    world.log(error.message);
  });
  if (instance.address === null) return;
  const { proxy } = ground;
  await tellAddress({ ...stable, instances: [instance] }, ground, world);
  // The share stays what it was; alone, the release has all.
  if (openRollout(app.journal.ledger()) === null) {
    await within(proxyTimeoutMs, 'shift', proxy.shift({ [stable.id]: 100 }), clock);
  }
  await within(proxyTimeoutMs, 'persist', proxy.persistStable(stable.id), clock);
}

/** The proxy may have begun anew, or the process; a release that it knows keeps its share. */
async function tellAddress(stable: KeptRelease, { proxy }: Ground, { clock }: AgentWorld): Promise<void> {
  const address = doorOf(stable);
  if (address === null) return;
  await within(proxyTimeoutMs, 'join', proxy.add({ releaseId: stable.id, address }), clock);
}
