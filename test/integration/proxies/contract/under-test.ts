import { afterAll, afterEach, beforeAll } from 'vitest';
import type { BackendStats, Proxy } from '../../../../src/proxies/proxy.ts';
import type { TestBackend } from '../backend.ts';
import { startBackend } from '../backend.ts';

/** One running proxy of the kind under test. */
export interface ProxyBench {
  readonly proxy: Proxy;
  /** End its process as a crash would. */
  crash(): Promise<void>;
  /** End it and remove all that it left. */
  close(): Promise<void>;
  /** What this kind of proxy cannot do, and what it does instead; none by default. */
  readonly limits?: ProxyLimits;
  /** What was never sent goes elsewhere whatever it is; else only pages do. */
  readonly detoursOrders?: true;
}

export interface ProxyLimits {
  /** Failed requests per switch that a reload may cost, at most. */
  readonly dropsPerSwitch: number;
  /** A page that a dead release refuses comes from nobody else. */
  readonly hasNoDetour: true;
  /** Each request to a release has a connection of its own. */
  readonly keepsNoConnections: true;
  /** Headers that `Connection` names are passed on. */
  readonly passesHopHeaders: true;
  /** An answer that ends in the middle does not show as an error. */
  readonly overlooksHalfAnswers: true;
  /** An answer that begins while the request is still being sent stalls. */
  readonly isHalfDuplex: true;
}

/** The proxy that the tests of a contract share, and the releases of one test behind it. */
export interface ProxyUnderTest {
  readonly proxy: Proxy;
  readonly limits: ProxyLimits | null;
  readonly detoursOrders: boolean;
  url(path: string): string;
  crash(): Promise<void>;
  /** A new release that gets no traffic yet. */
  add(): Promise<TestBackend>;
  /** Two new releases; the first is stable and serves. */
  two(): Promise<readonly [TestBackend, TestBackend]>;
  /** The same release, started again. */
  replace(former: TestBackend, again: TestBackend): void;
  statsOf(backend: TestBackend): Promise<BackendStats>;
  inFlight(backend: TestBackend): Promise<number>;
}

/** Opens one proxy for all tests of the file; what a test added is gone after it, but for one release that serves. */
export function useProxy(open: () => Promise<ProxyBench>): ProxyUnderTest {
  let bench: ProxyBench;
  let count = 0;
  const backends: TestBackend[] = [];
  const at: ProxyUnderTest = {
    get proxy() {
      return bench.proxy;
    },
    get limits() {
      return bench.limits ?? null;
    },
    get detoursOrders() {
      return bench.detoursOrders === true;
    },
    url: (path) => `${bench.proxy.url}${path}`,
    crash: async () => await bench.crash(),
    async add() {
      count += 1;
      const backend = await startBackend(`1.${count}.0-abcdef0`);
      backends.push(backend);
      await bench.proxy.add(backend);
      return backend;
    },
    async two() {
      const [stable, canary] = [await at.add(), await at.add()];
      await bench.proxy.shift({ [stable.releaseId]: 100 });
      await bench.proxy.persistStable(stable.releaseId);
      return [stable, canary];
    },
    replace: (former, again) => void backends.splice(backends.indexOf(former), 1, again),
    async statsOf({ releaseId }) {
      const found = (await bench.proxy.stats()).find((stats) => stats.releaseId === releaseId);
      if (found === undefined) throw new Error(`no stats of ${releaseId}`);
      return found;
    },
    inFlight: async (backend) => (await at.statsOf(backend)).inFlight,
  };

  beforeAll(async () => {
    bench = await open();
    await bench.proxy.ensure();
  });
  afterEach(async () => {
    const former = [...backends];
    const clean = await at.add();
    await bench.proxy.shift({ [clean.releaseId]: 100 });
    await bench.proxy.persistStable(clean.releaseId);
    for (const backend of former) {
      await bench.proxy.remove(backend.releaseId);
      await backend.die();
    }
    backends.splice(0, backends.length, clean);
  });
  afterAll(async () => {
    await bench.close();
    for (const backend of backends) await backend.die();
  });
  return at;
}
