import { reroute } from '../../src/domain/traffic/routing.ts';
import type { Routing, RoutingChange } from '../../src/domain/traffic/routing.ts';
import type { BackendStats, Proxy } from '../../src/proxies/proxy.ts';

export interface FakeProxy extends Proxy {
  /** Every call that was made, in order: `add 1.0.0`, `shift 1.0.0=75 1.1.0=25`. */
  readonly calls: readonly string[];
  readonly weights: () => Readonly<Record<string, number>>;
  readonly stable: () => string | null;
  readonly isUp: () => boolean;
  /** The maintenance page is shown. */
  readonly isClosed: () => boolean;
  /** Called before each effect. */
  onCall: (call: string) => void;
  /** Let requests finish at a release. */
  count(releaseId: string, requests: number, errors: number): void;
  /** From now on a release answers so slowly, and so many of its answers were slower than whatever is asked. */
  slow(releaseId: string, p95Ms: number, slower: number): void;
  /** While set, every call fails with it. */
  trouble: Error | null;
  /** As a crash and the next `ensure` would: only the stable release is left, counters begin anew. */
  crash(): void;
}

/** A proxy in memory with the routing of the real one. */
export function fakeProxy(url = 'http://127.0.0.1:8080'): FakeProxy {
  const calls: string[] = [];
  let routing: Routing = { backends: [], stable: null };
  let stats = new Map<string, { requests: number; errors: number }>();
  const latencies = new Map<string, { readonly p95Ms: number; readonly slower: number }>();
  let isUp = false;
  let isClosed = false;

  const call = (name: string): void => {
    fake.onCall(name);
    calls.push(name);
    if (fake.trouble !== null) throw fake.trouble;
  };
  const change = (wanted: RoutingChange): void => {
    if (!isUp) throw new Error('the proxy is down');
    const changed = reroute(routing, wanted);
    if (changed.kind === 'refused') throw new Error(changed.reason);
    routing = changed.routing;
  };

  const fake: FakeProxy = {
    calls,
    url,
    onCall: () => {},
    trouble: null,
    weights: () => Object.fromEntries(routing.backends.map(({ releaseId, weight }) => [releaseId, weight])),
    stable: () => routing.stable?.releaseId ?? null,
    isUp: () => isUp,
    isClosed: () => isClosed,
    count(releaseId, requests, errors) {
      const before = stats.get(releaseId) ?? { requests: 0, errors: 0 };
      stats.set(releaseId, { requests: before.requests + requests, errors: before.errors + errors });
    },
    slow(releaseId, p95Ms, slower) {
      latencies.set(releaseId, { p95Ms, slower });
    },
    crash() {
      isUp = false;
      const { stable } = routing;
      routing = { stable, backends: stable === null ? [] : [{ ...stable, weight: 100 }] };
      stats = new Map();
    },
    async ensure() {
      call('ensure');
      isUp = true;
    },
    async add({ releaseId, address }) {
      call(`add ${releaseId}`);
      change({ type: 'add', releaseId, address });
    },
    async shift(weights) {
      const said = Object.entries(weights).map(([releaseId, weight]) => `${releaseId}=${weight}`);
      call(`shift ${said.join(' ')}`);
      change({ type: 'shift', weights });
    },
    async persistStable(releaseId) {
      call(`persist ${releaseId}`);
      change({ type: 'persist-stable', releaseId });
    },
    async stats(question = {}): Promise<readonly BackendStats[]> {
      if (fake.trouble !== null) throw fake.trouble;
      if (!isUp) throw new Error('the proxy is down');
      return routing.backends.map(({ releaseId }) => ({
        releaseId,
        requests: 0,
        errors: 0,
        ...stats.get(releaseId),
        inFlight: 0,
        p95Ms: latencies.get(releaseId)?.p95Ms ?? null,
        ...(question.slowerThanMs === undefined ? {} : { slower: latencies.get(releaseId)?.slower ?? 0 }),
      }));
    },
    async drain(releaseId) {
      call(`drain ${releaseId}`);
      return { cut: 0 };
    },
    async remove(releaseId) {
      call(`remove ${releaseId}`);
      change({ type: 'remove', releaseId });
    },
    async maintain(page) {
      call(page === null ? 'open' : 'close');
      isClosed = page !== null;
    },
    async stop() {
      call('stop');
      isUp = false;
      routing = { backends: [], stable: null };
    },
  };
  return fake;
}
