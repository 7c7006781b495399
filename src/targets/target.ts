import type { z } from 'zod';
import type { ProcessSpec, ReleaseSpec } from '../domain/rollout/plan.ts';
import type { Clock, Daemons, Files, Http, OpenContainers, Ports, ProcessIdentity } from '../ports.ts';

/** One running process of one release, as the journal remembers it: plain JSON, enough to find or stop it later. */
export interface Instance {
  readonly releaseId: string;
  readonly process: string;
  /** `127.0.0.1:PORT` when the process takes traffic. */
  readonly address: string | null;
  /** The target's own handle; for `process` the identity. */
  readonly handle: ProcessIdentity | { readonly container: string };
  readonly logFile: string | null;
}

export interface TargetPorts {
  readonly files: Files;
  readonly daemons: Daemons;
  readonly http: Http;
  readonly ports: Ports;
  readonly clock: Clock;
  readonly containers: OpenContainers;
  /** Where a file of ours lies on the engine's host; absent: where we see it ourselves. */
  readonly hostPath?: (path: string) => Promise<string>;
  /** What every process starts from, before its own variables: `baseEnvironment` of the host. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Where releases of one application and environment live on this host. */
export interface TargetContext {
  /** `<state>/apps/<app>/<environment>` or a scratch folder for a rehearsal. */
  readonly directory: string;
  /** Whose releases they are, for names that people read; a rehearsal needs none. */
  readonly scope?: { readonly app: string; readonly environment: string };
  /** What runs here must reach servers that listen on this host's loopback interface only. */
  readonly isRehearsal?: boolean;
}

/** Something that makes a release unfit for a target, found before the target is touched. */
export interface Refusal {
  /** Stable: `NO_HEALTH_CHECK`. */
  readonly code: string;
  readonly reason: string;
  /** The line that mends it. */
  readonly mend: string;
}

/** What another tool started. */
export interface AdoptedProcess {
  readonly name: string;
  readonly process: string;
  readonly releaseId: string;
  /** Where it listens; null: as the target finds out. */
  readonly port: number | null;
}

export interface Adopted {
  readonly artifact: string;
  readonly location: string;
  readonly instance: Instance;
}

/** Runs releases. Every call is idempotent: after a crash the agent calls it again. */
export interface Target {
  /** Bring the artifact to its release directory and verify its digest. Throws EnvironmentError `ARTIFACT_CHANGED`. */
  prepare(release: ReleaseSpec, context: TargetContext): Promise<void>;
  /** Start one process; resolves when it was spawned, not when it is ready. */
  start(
    release: ReleaseSpec,
    process: ProcessSpec,
    secrets: Readonly<Record<string, string>>,
    context: TargetContext,
  ): Promise<Instance>;
  isRunning(instance: Instance): Promise<boolean>;
  stop(instance: Instance, graceMs: number): Promise<void>;
  /** The last lines that the process wrote. */
  logs(instance: Instance, lines: number): Promise<readonly string[]>;
  /** Delete what `prepare` made; refuses nothing, fine if gone. */
  discard(releaseId: string, context: TargetContext): Promise<void>;
  /** Why this release must not even be tried here; changes nothing. */
  preflight?(
    release: ReleaseSpec,
    secrets: Readonly<Record<string, string>>,
    context: TargetContext,
  ): Promise<readonly Refusal[]>;
  /** For a process with traffic and without a ready path: why it cannot take traffic yet, or null when it can. */
  reasonToWait?(instance: Instance): Promise<string | null>;
  /** How to reach what another tool started, and what it was made of; changes nothing. */
  adopt?(wanted: AdoptedProcess): Promise<Adopted>;
  /** The artifact that a process really runs; null when it cannot be told, or nothing runs. */
  artifactOf?(instance: Instance): Promise<string | null>;
  /** What the target knows about a process that ended or is not ready, one sentence; null for nothing. */
  explain?(instance: Instance): Promise<string | null>;
}

export interface TargetPlugin<Schema extends z.ZodObject = z.ZodObject> {
  readonly type: string;
  readonly schema: Schema;
  /** What a build must produce for it. */
  readonly artifact: 'directory' | 'image';
  /** What the environment of the command adds to the configuration, before it travels to the agent in a plan. */
  resolve?(config: z.output<Schema>, env: Readonly<Record<string, string | undefined>>): z.output<Schema>;
  create(config: z.output<Schema>, ports: TargetPorts): Target;
}
