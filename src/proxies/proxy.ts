import type { z } from 'zod';
import type { Clock, ContainerMount, Containers, Daemons, Files, Ports } from '../ports.ts';
import type { HaproxyRuntime } from './haproxy/runtime.ts';
import type { NginxRuntime } from './nginx/runtime.ts';

/** Counters of one release since the proxy first knew it; monotonic while the proxy lives. */
export interface BackendStats {
  readonly releaseId: string;
  /** Finished ones; not those whose client left first or that a drain cut. */
  readonly requests: number;
  /** Of these: 5xx, timeouts and resets; never 4xx. */
  readonly errors: number;
  readonly inFlight: number;
  /** 95th percentile of the recent window in ms; null without requests. */
  readonly p95Ms: number | null;
  /** Of the finished ones: slower than the question's limit, taken up to 2 % above; only when it was asked. */
  readonly slower?: number | undefined;
}

export interface StatsQuestion {
  /** The same limit for every release, in ms; may be another one each time, counts begin with the release. */
  readonly slowerThanMs?: number | undefined;
}

export interface Backend {
  readonly releaseId: string;
  /** `127.0.0.1:PORT`, or where a container is. */
  readonly address: string;
}

/** Who shifts traffic for one application and environment. Every call is idempotent. */
export interface Proxy {
  /** Start it when it does not run; it outlives us. Throws EnvironmentError `PORT_TAKEN`. */
  ensure(): Promise<void>;
  /** Where users reach the environment: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Make a release known with weight 0. */
  add(backend: Backend): Promise<void>;
  /** One switch: shares in percent that add up to 100; a release not named gets 0. */
  shift(weights: Readonly<Record<string, number>>): Promise<void>;
  /** What the proxy must serve after its own restart: only this release. */
  persistStable(releaseId: string): Promise<void>;
  stats(question?: StatsQuestion): Promise<readonly BackendStats[]>;
  /** Wait until a release of weight 0 has no request in flight; answers how many were cut at the deadline. */
  drain(releaseId: string, timeoutMs: number): Promise<{ readonly cut: number }>;
  remove(releaseId: string): Promise<void>;
  /** Paths that anonymous users asked for lately, each once, the newest last; nothing of who asked. */
  recentPaths?(): Promise<readonly string[]>;
  /** Show a page (HTML, at most 8,000 characters) instead of the application; null brings it back. */
  maintain?(page: string | null): Promise<void>;
  /** End the proxy itself. */
  stop(): Promise<void>;
}

export interface ProxyPorts {
  readonly files: Files;
  readonly daemons: Daemons;
  readonly ports: Ports;
  readonly clock: Clock;
  /** Ask a unix socket one JSON question. */
  readonly control: ProxyControl;
  readonly haproxy: HaproxyRuntime;
  readonly nginx: NginxRuntime;
  /** Absent where containers are of no use. */
  readonly engine?: EngineHere;
}

/** The engine of this machine, for proxies that run as containers. */
export interface EngineHere {
  readonly containers: Containers;
  /** A folder of ours, seen at the same path by a container. */
  share(folder: string): ContainerMount;
  /** Who may use our sockets: `0`, or `1000:1000`. */
  readonly user: string;
}

export interface ProxyControl {
  ask(socketPath: string, question: unknown, timeoutMs: number): Promise<unknown>;
}

export interface ProxyContext {
  /** Where the proxy keeps what it must remember for this application and environment. */
  readonly directory: string;
  /** A folder of this user (0700) for sockets, with a path so short that names of 30 bytes still fit (103 in all). */
  readonly runDirectory: string;
  /** The Node and the bundle folder that long-lived processes run from. */
  readonly runtime: { readonly node: string; readonly bundle: string };
  /** What came with the release under this name; for `secret:NAME` in the configuration. */
  readonly secret?: (name: string) => Promise<string>;
  /** We run in a container ourselves: what is no container ends with us. */
  readonly isContained?: boolean;
}

export interface ProxyPlugin<Schema extends z.ZodObject = z.ZodObject> {
  readonly type: string;
  readonly schema: Schema;
  create(config: z.output<Schema>, context: ProxyContext, ports: ProxyPorts): Proxy;
}
