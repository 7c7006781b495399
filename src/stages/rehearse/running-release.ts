import { GateFailed } from '../../errors.ts';
import type { ProcessSpec, ReleaseSpec } from '../../domain/rollout/plan.ts';
import type { Instance, TargetContext } from '../../targets/target.ts';
import type { RehearsalPorts, RehearsedRelease } from './input.ts';

/** A release that runs in a scratch folder, reachable at `baseUrl`. */
export interface RunningRelease {
  readonly spec: ReleaseSpec;
  readonly baseUrl: string;
  /** The last lines of the process that takes traffic. */
  readonly lastLines: () => Promise<readonly string[]>;
  readonly isRunning: () => Promise<boolean>;
  readonly stop: () => Promise<void>;
}

/** Remembers what was started, so that it is ended whatever happens to us. */
export interface Ledger {
  readonly context: TargetContext;
  readonly add: (instance: Instance) => Promise<void>;
}

const shownLines = 20;
const pollMs = 20;
const answerMs = 2_000;

/**
 * Start the processes of a release that take traffic, and wait until they are ready.
 *
 * Throws GateFailed `RELEASE_NOT_READY` or `RELEASE_EXITED` with the last lines that the process wrote.
 */
export async function startRelease(
  release: RehearsedRelease,
  databaseUrl: { readonly variable: string; readonly url: string } | null,
  ledger: Ledger,
  signal: AbortSignal | undefined,
  ports: RehearsalPorts,
): Promise<RunningRelease> {
  const { target } = ports;
  const { context } = ledger;
  const { spec, secrets } = withDatabase(release, databaseUrl);
  const processes = spec.processes.filter(({ traffic }) => traffic);
  const [first] = processes;
  if (first === undefined) throw new GateFailed('NO_TRAFFIC_PROCESS', `no process of ${spec.version} takes traffic`);
  await target.prepare(spec, context);
  const started: { readonly process: ProcessSpec; readonly instance: Instance }[] = [];
  const stop = async (): Promise<void> => {
    for (const { process, instance } of started.toReversed()) await target.stop(instance, process.stopGraceMs);
    await target.discard(spec.id, context);
  };
  try {
    for (const process of processes) {
      const instance = await target.start(spec, process, secrets, context);
      started.push({ process, instance });
      await ledger.add(instance);
    }
    for (const { process, instance } of started) await untilReady(spec, process, instance, signal, ports);
  } catch (error) {
    await stop();
    throw error;
  }
  const instance = started[0]?.instance as Instance;
  return {
    spec,
    baseUrl: `http://${instance.address ?? ''}`,
    lastLines: async () => await target.logs(instance, shownLines),
    isRunning: async () => await target.isRunning(instance),
    stop,
  };
}

/** The URL travels as a secret: it holds a password. */
function withDatabase(
  { spec, secrets }: RehearsedRelease,
  database: { readonly variable: string; readonly url: string } | null,
): RehearsedRelease {
  if (database === null) return { spec, secrets };
  const secretNames = Array.from(new Set([...spec.secretNames, database.variable]));
  return { spec: { ...spec, secretNames }, secrets: { ...secrets, [database.variable]: database.url } };
}

async function untilReady(
  spec: ReleaseSpec,
  process: ProcessSpec,
  instance: Instance,
  signal: AbortSignal | undefined,
  ports: RehearsalPorts,
): Promise<void> {
  const { clock, target } = ports;
  const deadline = clock.monotonicMs() + process.readyTimeoutMs;
  let last = 'it did not answer';
  for (;;) {
    signal?.throwIfAborted();
    if (!(await target.isRunning(instance))) {
      throw await notReady(
        'RELEASE_EXITED',
        `${process.name} of ${spec.version} exited before it was ready`,
        instance,
        ports,
      );
    }
    const answer = await look(process, instance, ports);
    if (answer === null) return;
    last = answer;
    if (clock.monotonicMs() > deadline) {
      const seconds = process.readyTimeoutMs / 1_000;
      const message = `${process.name} of ${spec.version} was not ready within ${seconds} s: ${last}`;
      throw await notReady('RELEASE_NOT_READY', message, instance, ports);
    }
    await clock.sleep(pollMs, signal);
  }
}

/** Null when it is ready, else why not. */
async function look(process: ProcessSpec, instance: Instance, ports: RehearsalPorts): Promise<string | null> {
  const { address } = instance;
  if (process.readyPath === null) {
    if (ports.target.reasonToWait !== undefined) return await ports.target.reasonToWait(instance);
    const port = Number(address?.split(':').at(-1));
    return (await ports.ports.isTaken(port)) ? null : `nothing listens on port ${port}`;
  }
  try {
    const url = `http://${address ?? ''}${process.readyPath}`;
    const { status } = await ports.http.request({ method: 'GET', url, timeoutMs: answerMs });
    return status >= 200 && status < 300 ? null : `${process.readyPath} answered ${status}`;
  } catch (error) {
    return `${process.readyPath}: ${(error as Error).message}`;
  }
}

async function notReady(code: string, message: string, instance: Instance, ports: RehearsalPorts): Promise<GateFailed> {
  const lines = await ports.target.logs(instance, shownLines);
  const known = (await ports.target.explain?.(instance).catch(() => null)) ?? null;
  const reason = known === null ? message : `${message}: ${known}`;
  const wrote = lines.length === 0 ? 'It wrote nothing.' : `Its last lines:\n${lines.join('\n')}`;
  return new GateFailed(code, `${reason}\n${wrote}`, {
    hint: 'mend the release; the target was not touched',
    facts: { lastLines: lines },
  });
}
