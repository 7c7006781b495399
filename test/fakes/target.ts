import type { ProcessSpec, ReleaseSpec } from '../../src/domain/rollout/plan.ts';
import type { Instance, Target } from '../../src/targets/target.ts';

export interface FakeTarget extends Target {
  /** Every effect, in order: `prepare 1.0.0`, `start 1.0.0/web`, `stop 1.0.0/web`. */
  readonly calls: readonly string[];
  /** `release/process` of what runs, sorted. */
  readonly running: () => readonly string[];
  readonly prepared: () => readonly string[];
  /** The secrets that a process was started with. */
  readonly secretsOf: (key: string) => Readonly<Record<string, string>>;
  /** Called before each effect. */
  onCall: (call: string) => void;
  /** What a start takes before the process is there. */
  starting: (key: string) => Promise<void>;
  /** Let a process end by itself. */
  exit(key: string): void;
  /** Processes of this release end as soon as they are started. */
  readonly exitsAtOnce: Set<string>;
}

/** Releases that run in memory; each start has an address of its own. */
export function fakeTarget(): FakeTarget {
  const calls: string[] = [];
  const running = new Map<string, Instance>();
  const prepared = new Set<string>();
  const secrets = new Map<string, Readonly<Record<string, string>>>();
  let starts = 0;

  const keyOf = ({ releaseId, process }: Pick<Instance, 'releaseId' | 'process'>): string => `${releaseId}/${process}`;
  const call = (name: string): void => {
    fake.onCall(name);
    calls.push(name);
  };

  const fake: FakeTarget = {
    calls,
    onCall: () => {},
    starting: async () => {},
    exitsAtOnce: new Set(),
    running: () => [...running.keys()].toSorted(),
    prepared: () => [...prepared].toSorted(),
    secretsOf: (key) => secrets.get(key) ?? {},
    exit: (key) => void running.delete(key),
    async prepare(release: ReleaseSpec) {
      call(`prepare ${release.id}`);
      prepared.add(release.id);
    },
    async start(release: ReleaseSpec, process: ProcessSpec, given) {
      const key = `${release.id}/${process.name}`;
      const known = running.get(key);
      if (known !== undefined) return known;
      call(`start ${key}`);
      if (!prepared.has(release.id)) throw new Error(`${release.id} was not prepared`);
      await fake.starting(key);
      starts += 1;
      const instance: Instance = {
        releaseId: release.id,
        process: process.name,
        address: process.traffic ? `127.0.0.1:${40_000 + starts}` : null,
        handle: { pid: 1_000 + starts, startedAt: String(starts), bootId: 'boot-1' },
        logFile: `/logs/${key}`,
      };
      secrets.set(key, given);
      if (!fake.exitsAtOnce.has(release.id)) running.set(key, instance);
      return instance;
    },
    isRunning: async (instance) =>
      JSON.stringify(running.get(keyOf(instance))?.handle) === JSON.stringify(instance.handle),
    async stop(instance) {
      call(`stop ${keyOf(instance)}`);
      running.delete(keyOf(instance));
    },
    logs: async (instance, lines) => [`last line of ${keyOf(instance)}`].slice(-lines),
    async discard(releaseId) {
      call(`discard ${releaseId}`);
      prepared.delete(releaseId);
    },
  };
  return fake;
}
