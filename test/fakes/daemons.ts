import type { Daemons, DaemonSpec, ProcessIdentity } from '../../src/ports.ts';

export interface FakeDaemon {
  readonly spec: DaemonSpec;
  readonly identity: ProcessIdentity;
  readonly graceMs: number | null;
  readonly state: 'running' | 'stopped' | 'exited';
}

export interface FakeDaemons extends Daemons {
  /** Everything that was ever started, in order. */
  readonly started: readonly FakeDaemon[];
  /** Let one end by itself. */
  exit(process: ProcessIdentity): void;
}

/** Daemons that do nothing but run; `onStart` may throw to refuse one. */
export function fakeDaemons(onStart: (spec: DaemonSpec) => void = () => {}): FakeDaemons {
  const started: FakeDaemon[] = [];
  const same = (a: ProcessIdentity, b: ProcessIdentity): boolean =>
    a.pid === b.pid && a.startedAt === b.startedAt && a.bootId === b.bootId;
  const end = (identity: ProcessIdentity, state: 'stopped' | 'exited', graceMs: number | null): void => {
    const at = started.findIndex((daemon) => same(daemon.identity, identity) && daemon.state === 'running');
    const daemon = started[at];
    if (daemon !== undefined) started[at] = { ...daemon, state, graceMs };
  };
  return {
    started,
    async start(spec) {
      onStart(spec);
      const pid = 1_000 + started.length;
      const identity = { pid, startedAt: String(50_000 + started.length), bootId: 'fake-boot' };
      started.push({ spec, identity, graceMs: null, state: 'running' });
      return identity;
    },
    isAlive: (process) => started.some(({ identity, state }) => same(identity, process) && state === 'running'),
    async stop(process, graceMs) {
      end(process, 'stopped', graceMs);
    },
    exit: (process) => end(process, 'exited', null),
  };
}
