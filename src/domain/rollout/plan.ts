import type { CheckSpec } from '../smoke/check.ts';

/** What a release is, wherever it is named. `artifact` is a typed digest: `directory:sha256:...`, `image:sha256:...`. */
export interface ReleaseRef {
  /** `1.4.0`, or `<last>+<sha>` when nothing was to be released. */
  readonly version: string;
  /** 40 hex digits: the commit that was built. */
  readonly commit: string;
  readonly artifact: string;
}

export interface ProcessSpec {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  /** Stands behind the proxy; gets its port in PORT. */
  readonly traffic: boolean;
  /** Runs in one release at a time; handed over at the promotion. */
  readonly singleton: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** Path that answers 2xx when the process can take traffic. Without one, an open port is enough. */
  readonly readyPath: string | null;
  readonly readyTimeoutMs: number;
  readonly stopGraceMs: number;
  /** How often the target may start it again after it exits, before the release counts as broken. */
  readonly maxRestarts: number;
}

/** A release with all that the target needs to run it. Values of secrets travel beside the plan, never inside. */
export interface ReleaseSpec extends ReleaseRef {
  /** Unique per attempt and safe as a file name: `1.4.0-3f2a91c`. */
  readonly id: string;
  /** Where the artifact lies on the agent's host. */
  readonly location: string;
  readonly processes: readonly ProcessSpec[];
  /** Plain environment of every process. */
  readonly env: Readonly<Record<string, string>>;
  /** Names of the secrets among the environment, in order. */
  readonly secretNames: readonly string[];
  /** Versions of the contract steps in its tree: it lives without what they remove. */
  readonly contracts?: readonly string[] | undefined;
}

export interface Step {
  /** Share of new requests that the new release gets, 1 to 100. */
  readonly weightPercent: number;
  /** How long evidence is gathered at this weight. */
  readonly holdMs: number;
  /** At the end of its hold it waits, watched, until somebody promotes it. */
  readonly pause?: boolean | undefined;
}

export interface Guard {
  /** A fraction (0.1 = 10 %); strictly above fails. */
  readonly maxErrorRate: number;
  /** The guard speaks only from this many canary requests on. */
  readonly minRequests: number;
}

/** One number of another source; in ms where it is a time. */
export interface MetricSpec {
  readonly type: string;
  readonly name: string;
  readonly failAbove: number;
  readonly every: number;
  readonly timeout: number;
  readonly [key: string]: unknown;
}

/** Recent anonymous requests, sent again to a release that gets no traffic yet. */
export interface WarmUp {
  readonly requests: number;
  readonly forMs: number;
}

export interface RolloutPlan {
  readonly rolloutId: string;
  readonly runId: string;
  readonly app: string;
  readonly environment: string;
  /**
   * `recreate`: users see a maintenance page while the old release ends and the new one starts. `rolling`: nothing
   * takes traffic; the new release starts beside the old one.
   */
  readonly strategy: 'canary' | 'blue-green' | 'recreate' | 'rolling';
  readonly release: ReleaseSpec;
  readonly steps: readonly Step[];
  readonly checks: readonly CheckSpec[];
  readonly smokeDeadlineMs: number;
  readonly guard: Guard;
  /** Fewer canary requests than this over a whole step is inconclusive; 0 asks for none. */
  readonly minRequestsPerStep: number;
  /** How long a step goes on whose evidence is neither good nor bad; never shorter than its hold. Default: 10 min. */
  readonly longestHoldMs?: number | undefined;
  /** A step ends as soon as the evidence accepts the new release. */
  readonly endStepOnAccept?: boolean | undefined;
  /** Asked during each hold; read by their plug-ins. */
  readonly metrics?: readonly MetricSpec[] | undefined;
  /** Absent: the first users find it cold. */
  readonly warmUp?: WarmUp | undefined;
  /** How often the checks stand in for users during a hold that few of them reach; 0, the default: never. */
  readonly syntheticEveryMs?: number | undefined;
  readonly onInconclusive: 'rollback' | 'hold';
  readonly drainTimeoutMs: number;
  /** How long the release must have served before contract steps of the schema may run; default 0. */
  readonly bakeMs?: number | undefined;
  /** How long the old release runs on without traffic, for an instant way back; default 0. */
  readonly warmMs?: number | undefined;
  /** How long the agent goes on watching after the promotion; default 0. */
  readonly watchMs?: number | undefined;
  readonly leaseMs: number;
  /** One of several hosts: it waits for the others before it switches, and before it promotes. */
  readonly isOneOfSeveral?: boolean | undefined;
  readonly onClientLost: 'rollback' | 'continue';
  /** Nobody follows: the lease is suspended for so long. Absent: a client follows and keeps it. */
  readonly unattendedMs?: number | undefined;
  /** How many releases stay on disk for a rollback. */
  readonly keepReleases: number;
  readonly target: { readonly type: string; readonly [key: string]: unknown };
  readonly proxy: { readonly type: string; readonly [key: string]: unknown };
}
