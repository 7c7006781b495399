import type { Answers, Request } from '../domain/rollout/messages.ts';
import type { RolloutPlan } from '../domain/rollout/plan.ts';
import { EnvironmentError } from '../errors.ts';
import { groundOf, openRollout, stableOf } from './app.ts';
import type { App } from './app.ts';
import { within } from './deadline.ts';
import { assertHeld } from './locking.ts';
import { awaitReady } from './ready.ts';
import { keepSecrets } from './secrets.ts';
import type { AgentWorld } from './world.ts';

const lookTimeoutMs = 10_000;
const prepareTimeoutMs = 600_000;
const proxyTimeoutMs = 30_000;

/**
 * Make what another tool started the first stable release: it goes on running, our proxy leads to it, and the next
 * rollout replaces it like any other.
 *
 * Nothing is written down before the proxy serves. Throws EnvironmentError `ALREADY_SERVES`, `CANNOT_ADOPT`,
 * `NOTHING_TO_ADOPT` and what the proxy says (`PORT_TAKEN`).
 */
export async function adopt(
  app: App,
  { plan, container, port, secrets }: Extract<Request, { type: 'adopt' }>,
  world: AgentWorld,
): Promise<Answers['adopt']> {
  assertHeld(app, plan.runId);
  const ledger = app.journal.ledger();
  const stable = stableOf(ledger);
  if (stable !== null || openRollout(ledger) !== null) {
    const what = stable === null ? 'a rollout is under way' : `${stable.version} serves already`;
    throw new EnvironmentError('ALREADY_SERVES', `${app.scope.app}/${app.scope.environment}: ${what}`, {
      hint: 'Only an environment where nothing serves yet can adopt what another tool started.',
    });
  }
  const { target, proxy, context } = groundOf(app, { plan }, world);
  const spec = plan.release.processes.find(({ traffic }) => traffic);
  if (target.adopt === undefined || spec === undefined) {
    throw new EnvironmentError('CANNOT_ADOPT', `the target "${plan.target.type}" adopts nothing`, {
      hint: 'Containers can be adopted: target: { type: docker }. Anything else is replaced by a first deploy.',
    });
  }
  const { id } = plan.release;
  const wanted = { name: container, process: spec.name, releaseId: id, port };
  const { artifact, location, instance } = await within(lookTimeoutMs, 'adopt', target.adopt(wanted), world.clock);
  const adopted: RolloutPlan = { ...plan, release: { ...plan.release, artifact, location } };
  await awaitReady(spec, instance, target, AbortSignal.timeout(spec.readyTimeoutMs + lookTimeoutMs), world);
  await within(prepareTimeoutMs, 'prepare', target.prepare(adopted.release, context), world.clock);
  await within(proxyTimeoutMs, 'start the proxy', proxy.ensure(), world.clock);
  await keepSecrets(app.directory, id, secrets, world);
  const add = async (): Promise<void> => {
    await proxy.add({ releaseId: id, address: instance.address ?? '' });
    await proxy.shift({ [id]: 100 });
    await proxy.persistStable(id);
  };
  await within(proxyTimeoutMs, 'join', add(), world.clock);
  await app.journal.append({ kind: 'adopted', plan: adopted, instance });
  return { version: plan.release.version, artifact, url: proxy.url };
}
