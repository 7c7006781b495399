import type { ProcessSpec } from '../domain/rollout/plan.ts';
import { durationText } from '../domain/analysis/words.ts';
import { EnvironmentError } from '../errors.ts';
import type { Clock, Http, Ports } from '../ports.ts';
import type { Instance, Target } from '../targets/target.ts';

const pollMs = 50;
const attemptMs = 5_000;
const shownLines = 20;

export interface ReadyPorts {
  readonly clock: Clock;
  readonly http: Http;
  readonly ports: Ports;
}

/**
 * Wait until a process can do its work: its path answers 2xx, or its port is open; without traffic, that it runs.
 *
 * Throws EnvironmentError `RELEASE_EXITED` or `RELEASE_NOT_READY`, its last log lines in the hint; the signal's reason
 * when it aborts.
 */
export async function awaitReady(
  spec: ProcessSpec,
  instance: Instance,
  target: Target,
  signal: AbortSignal,
  ports: ReadyPorts,
): Promise<void> {
  const deadline = ports.clock.monotonicMs() + spec.readyTimeoutMs;
  let lastReason = 'it was not asked';
  for (;;) {
    signal.throwIfAborted();
    if (!(await target.isRunning(instance))) {
      throw await notReady('RELEASE_EXITED', `"${spec.name}" exited before it was ready`, instance, target);
    }
    const reason = await reasonToWait(spec, instance, target, ports);
    if (reason === null) return;
    lastReason = reason;
    if (ports.clock.monotonicMs() >= deadline) break;
    await ports.clock.sleep(pollMs, signal);
  }
  const what = `"${spec.name}" was not ready within ${durationText(spec.readyTimeoutMs)}: ${lastReason}`;
  throw await notReady('RELEASE_NOT_READY', what, instance, target);
}

/** Null when it is ready. */
async function reasonToWait(
  spec: ProcessSpec,
  instance: Instance,
  target: Target,
  ports: ReadyPorts,
): Promise<string | null> {
  const { address } = instance;
  if (!spec.traffic || address === null) return null;
  if (spec.readyPath === null) {
    if (target.reasonToWait !== undefined) return await target.reasonToWait(instance);
    const port = Number(address.slice(address.lastIndexOf(':') + 1));
    return (await ports.ports.isTaken(port)) ? null : `nothing listens on ${address}`;
  }
  try {
    const url = `http://${address}${spec.readyPath}`;
    const { status } = await ports.http.request({
      method: 'GET',
      url,
      timeoutMs: Math.min(attemptMs, spec.readyTimeoutMs),
    });
    return status >= 200 && status < 300 ? null : `GET ${spec.readyPath} answers ${status}`;
  } catch (error) {
    return `GET ${spec.readyPath}: ${(error as Error).message}`;
  }
}

async function notReady(code: string, what: string, instance: Instance, target: Target): Promise<EnvironmentError> {
  const lines = await target.logs(instance, shownLines).catch(() => []);
  const known = (await target.explain?.(instance).catch(() => null)) ?? null;
  const reason = known === null ? what : `${what}: ${known}`;
  const hint = lines.length === 0 ? 'It wrote nothing.' : `Its last lines:\n${lines.join('\n')}`;
  return new EnvironmentError(code, reason, { hint });
}
