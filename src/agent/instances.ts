import type { ProcessSpec } from '../domain/rollout/plan.ts';
import type { Instance } from '../targets/target.ts';
import type { App, Ground } from './app.ts';
import { within } from './deadline.ts';
import type { KeptRelease } from './ledger.ts';
import { readSecrets } from './secrets.ts';
import type { AgentWorld } from './world.ts';

const startTimeoutMs = 30_000;
const stopSlackMs = 10_000;

/** Start one process of a release, or find it running already. */
export async function startProcess(
  kept: KeptRelease,
  spec: ProcessSpec,
  app: App,
  ground: Ground,
  world: AgentWorld,
): Promise<Instance> {
  const known = kept.instances.find(({ process }) => process === spec.name);
  if (known !== undefined && (await ground.target.isRunning(known))) return known;
  const { release } = kept.plan;
  const secrets = await readSecrets(app.directory, release.id, release.secretNames, world);
  const starting = ground.target.start(release, spec, secrets, ground.context);
  try {
    return await within(startTimeoutMs, `start ${spec.name}`, starting, world.clock);
  } catch (error) {
    // A start that comes to its end after all would leave a process that nobody knows of.
    starting
      .then(
        (late) => ground.target.stop(late, spec.stopGraceMs),
        () => undefined,
      )
      .catch(() => undefined);
    throw error;
  }
}

/** Stop every process of a release; resolves when none of them runs. */
export async function stopRelease(kept: KeptRelease, ground: Ground, world: AgentWorld): Promise<void> {
  await stopBut(kept, () => false, ground, world);
}

/** Stop what is not to stay; resolves when none of it runs. */
export async function stopBut(
  kept: KeptRelease,
  stays: (spec: ProcessSpec) => boolean,
  ground: Ground,
  world: AgentWorld,
): Promise<void> {
  const leaving = kept.instances.filter((instance) => {
    const spec = specOf(kept, instance);
    return spec === undefined || !stays(spec);
  });
  await Promise.all(
    leaving.map(async (instance) => {
      const graceMs = specOf(kept, instance)?.stopGraceMs ?? 0;
      const what = `stop ${instance.process}`;
      await within(graceMs + stopSlackMs, what, ground.target.stop(instance, graceMs), world.clock);
    }),
  );
}

export function specOf(kept: Pick<KeptRelease, 'plan'>, instance: Instance): ProcessSpec | undefined {
  return kept.plan.release.processes.find(({ name }) => name === instance.process);
}

/** The process that stands behind the proxy. */
export function doorOf(kept: KeptRelease): string | null {
  return kept.instances.find((instance) => instance.address !== null)?.address ?? null;
}
