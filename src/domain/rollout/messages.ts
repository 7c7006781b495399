import type { Barrier } from './state.ts';
import type { Outcome } from '../../ports.ts';
import type { ContractStep, NoReturn } from './no-return.ts';
import type { ReleaseRef, RolloutPlan } from './plan.ts';
import type { AgentStatus, HistoryEntry } from './status.ts';

export type { AgentStatus, AppStatus, HistoryEntry, ReleaseView } from './status.ts';

/**
 * What client and agent say to each other: newline-delimited JSON frames over a unix socket.
 *
 * Every request carries `id`; the agent journals effectful ones, so that a request repeated after a cut
 * connection gets the same answer. `hello`, `status` and `abort` never change their form.
 */
export const protocolVersion = 1;

/** A run as the lock remembers it. */
export interface RunOwner {
  readonly runId: string;
  /** `user@host`, or the CI job. */
  readonly who: string;
  readonly command: string;
  /** Process of the client where it shares the agent's host, so that a dead owner is known at once. */
  readonly process: { readonly pid: number; readonly startedAt: string; readonly bootId: string } | null;
}

export interface Scope {
  readonly app: string;
  readonly environment: string;
}

export type Request =
  | { readonly type: 'hello'; readonly protocol: number; readonly version: string }
  | ({ readonly type: 'status' } & Partial<Scope>)
  | ({ readonly type: 'lock'; readonly owner: RunOwner; readonly leaseMs: number } & Scope)
  | ({ readonly type: 'renew'; readonly runId: string } & Scope)
  | ({ readonly type: 'unlock'; readonly runId: string } & Scope)
  /** Start a rollout; the lock must be held by `plan.runId`. */
  | { readonly type: 'deploy'; readonly plan: RolloutPlan; readonly secrets: Readonly<Record<string, string>> }
  /** Stream rollout records with seq > afterSeq until the rollout is terminal; a `follow` also renews the lease. */
  | ({ readonly type: 'follow'; readonly rolloutId: string; readonly afterSeq: number } & Scope)
  /** Sent by a connection that follows, so that the lease of this rollout runs on; a stopped client sends none. */
  | ({ readonly type: 'attend'; readonly rolloutId: string } & Scope)
  | ({ readonly type: 'abort' } & Scope)
  /** `unattendedMs`: nobody follows from here on; the lease is suspended for so long. */
  | ({ readonly type: 'resume'; readonly unattendedMs?: number | undefined } & Scope)
  /** Make a kept release serve again (default: the one before); no migration runs. */
  | ({ readonly type: 'rollback'; readonly version: string | null; readonly runId: string } & Scope)
  /** The release was tagged and pushed: the run is complete. */
  | ({ readonly type: 'published'; readonly releaseId: string; readonly runId: string } & Scope)
  /** Written before contract steps run; `holds: false` takes it back when nothing of them took effect. */
  | ({
      readonly type: 'no-return';
      readonly runId: string;
      readonly steps: readonly ContractStep[];
      readonly holds: boolean;
    } & Scope)
  /** Stay at the share that it has, watched, until `promote`; the lease is suspended meanwhile. */
  | ({ readonly type: 'pause' } & Scope)
  | ({ readonly type: 'promote'; readonly unattendedMs?: number | undefined } & Scope)
  /** Make a container of another tool the first stable release; the agent fills in what it was made of. */
  | {
      readonly type: 'adopt';
      readonly plan: RolloutPlan;
      readonly container: string;
      readonly port: number | null;
      readonly secrets: Readonly<Record<string, string>>;
    }
  /** Show users the maintenance page, or the application again, for the run that holds the lock. */
  | ({ readonly type: 'maintain'; readonly runId: string; readonly isClosed: boolean } & Scope)
  /** Watch the stable release for so long from now on, and roll it back when it turns bad. */
  | ({ readonly type: 'watch'; readonly forMs: number } & Scope)
  /** All hosts are as far: this one goes on. Said twice it is the same. */
  | ({ readonly type: 'pass'; readonly rolloutId: string; readonly barrier: Barrier } & Scope)
  /** What the host of the agent has. */
  | { readonly type: 'host' }
  /** Which artifacts the processes of the stable release really run. */
  | ({ readonly type: 'proof' } & Scope)
  /** Take the lock from its owner, one that is alive only by `force`. */
  | ({ readonly type: 'take-lock-away'; readonly force: boolean } & Scope)
  /** Ended rollouts, the newest first. */
  | ({ readonly type: 'history'; readonly limit: number } & Scope)
  | ({ readonly type: 'down' } & Scope)
  | ({
      readonly type: 'logs';
      readonly version: string | null;
      readonly process: string | null;
      readonly lines: number;
    } & Scope)
  | { readonly type: 'shutdown' };

/** What the agent answers to each request when it does not answer with an error. */
export interface Answers {
  readonly hello: Hello;
  readonly status: AgentStatus;
  /** `tookOverFrom`: the owner that had lost it (dead, or past its lease). Otherwise LockHeld `LOCK_HELD`. */
  readonly lock: { readonly since: string; readonly leaseMs: number; readonly tookOverFrom: RunOwner | null };
  /** LockHeld `LOCK_LOST` when another run, or nobody, holds it now. */
  readonly renew: { readonly leaseMs: number };
  readonly unlock: { readonly released: boolean };
  readonly deploy: { readonly rolloutId: string };
  readonly follow: RolloutEnd;
  readonly attend: { readonly attended: boolean };
  /** The rollout that returns to stable now; null when none was under way. Follow it for its end. */
  readonly abort: { readonly rolloutId: string | null };
  /** The rollout that goes on now; EnvironmentError `NOTHING_TO_RESUME` when none stands. Follow it for its end. */
  readonly resume: { readonly rolloutId: string };
  /**
   * EnvironmentError `NO_SUCH_RELEASE` when it is not kept, GateFailed `PAST_NO_RETURN` when contract steps removed
   * what it needs. Follow the rollout for its end.
   */
  readonly rollback: { readonly rolloutId: string; readonly release: ReleaseRef };
  readonly published: { readonly published: boolean };
  /** Versions of the releases that can no longer be returned to. */
  readonly 'no-return': { readonly releases: readonly string[] };
  /** EnvironmentError `NOTHING_TO_PAUSE` when no rollout goes forward. */
  readonly pause: { readonly rolloutId: string; readonly weightPercent: number };
  /** EnvironmentError `NOT_PAUSED`. Follow the rollout for its end. */
  readonly promote: { readonly rolloutId: string };
  readonly watch: { readonly version: string; readonly until: string };
  readonly maintain: { readonly isClosed: boolean };
  readonly adopt: { readonly version: string; readonly artifact: string; readonly url: string };
  readonly pass: { readonly passed: boolean };
  readonly host: HostFacts;
  /** By process; null where the target cannot tell. */
  readonly proof: { readonly stableId: string | null; readonly artifacts: Readonly<Record<string, string | null>> };
  /** Whose it was; null when nobody held it. LockHeld `LOCK_HELD` for a living owner without `force`. */
  readonly 'take-lock-away': { readonly owner: RunOwner | null; readonly since: string | null };
  readonly history: { readonly entries: readonly HistoryEntry[]; readonly noReturns?: readonly NoReturn[] };
  /** Ids of the releases that were stopped and deleted. */
  readonly down: { readonly releases: readonly string[] };
  readonly logs: LogsAnswer;
  /** EnvironmentError `AGENT_BUSY` while a rollout runs. */
  readonly shutdown: { readonly stopping: true };
}

export interface Hello {
  readonly protocol: number;
  readonly version: string;
  /** Of the bundle that the agent runs from; another digest means other code. */
  readonly digest: string;
  readonly pid: number;
  /** A rollout is under way, or a lock is held. */
  readonly busy: boolean;
}

/** Null where the system does not tell. */
export interface HostFacts {
  /** Its clock (ISO 8601). */
  readonly now: string;
  /** Where the agent keeps its state: with an agent in a container, where the engine keeps images. */
  readonly freeDiskBytes: number | null;
  readonly availableMemoryBytes: number | null;
}

export interface LogsAnswer {
  readonly release: ReleaseRef;
  readonly processes: readonly { readonly process: string; readonly lines: readonly string[] }[];
}

export type Frame =
  | { readonly v: number; readonly id: string; readonly request: Request }
  | { readonly v: number; readonly id: string; readonly event: RolloutRecord }
  | { readonly v: number; readonly id: string; readonly answer: unknown }
  | { readonly v: number; readonly id: string; readonly error: WireError };

export interface WireError {
  readonly family: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** One line of the journal that a follower sees: numbers first, a sentence for people beside them. */
export interface RolloutRecord {
  readonly seq: number;
  readonly at: string;
  readonly rolloutId: string;
  readonly kind: string;
  readonly text: string;
  readonly weightPercent: number;
  /** Canary evidence since its first request. */
  readonly requests: number;
  readonly errors: number;
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Set on the last record of a rollout. */
  readonly end?: RolloutEnd;
}

export interface RolloutEnd {
  readonly outcome: Outcome;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly durationMs: number;
  /** Time that the plan prescribed (holds), so that overhead can be told apart. */
  readonly holdMs: number;
  /** The evidence that decided: counts, e-value, share, alpha. */
  readonly facts?: Readonly<Record<string, unknown>>;
}
