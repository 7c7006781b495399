import type { Cause } from '../domain/rollout/state.ts';
import { smokeCause } from './causes.ts';
import { within } from './deadline.ts';
import type { KeptRelease } from './ledger.ts';
import type { AgentWorld } from './world.ts';

const tries = 3;
const pauseMs = 500;
const longestMs = 30_000;
const slackMs = 5_000;
const probeTimeoutMs = 5_000;

/**
 * Prove that the stable release serves: its own smoke at the users' door, or, when it has none, any answer below 500.
 *
 * Tried a few times, because a process that died a moment ago is being started again. Null when it is proven.
 */
export async function verifyStable(stable: KeptRelease, url: string, world: AgentWorld): Promise<Cause | null> {
  let cause: Cause | null = null;
  for (let tried = 1; tried <= tries; tried += 1) {
    if (tried > 1) await world.clock.sleep(pauseMs);
    cause = stable.plan.checks.length === 0 ? await probe(stable, url, world) : await smoke(stable, url, world);
    if (cause === null) return null;
  }
  return cause;
}

async function smoke(stable: KeptRelease, url: string, world: AgentWorld): Promise<Cause | null> {
  const { checks, smokeDeadlineMs } = stable.plan;
  const deadlineMs = Math.min(smokeDeadlineMs, longestMs);
  const smoking = world.plugins.smoke(checks, url, deadlineMs, new AbortController().signal);
  const report = await within(deadlineMs + slackMs, 'verify', smoking, world.clock);
  return smokeCause(report, stable.version);
}

async function probe(stable: KeptRelease, url: string, world: AgentWorld): Promise<Cause | null> {
  const path = stable.plan.release.processes.find(({ traffic }) => traffic)?.readyPath ?? '/';
  const bad = (reason: string): Cause => ({
    kind: 'failed',
    code: 'STABLE_NOT_ANSWERING',
    reason: `${stable.version}: GET ${path} through the proxy: ${reason}`,
  });
  try {
    const { status } = await world.http.request({ method: 'GET', url: `${url}${path}`, timeoutMs: probeTimeoutMs });
    return status < 500 ? null : bad(`answers ${status}`);
  } catch (error) {
    return bad((error as Error).message);
  }
}
