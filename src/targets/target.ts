import type { z } from 'zod';
import type { ProcessSpec, ReleaseSpec } from '../domain/rollout/plan.ts';
import type { Clock, Daemons, Files, Http, Ports, ProcessIdentity } from '../ports.ts';

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
  /** What every process starts from, before its own variables: `baseEnvironment` of the host. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Where releases of one application and environment live on this host. */
export interface TargetContext {
  /** `<state>/apps/<app>/<environment>` or a scratch folder for a rehearsal. */
  readonly directory: string;
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
}

export interface TargetPlugin<Schema extends z.ZodObject = z.ZodObject> {
  readonly type: string;
  readonly schema: Schema;
  /** What a build must produce for it. */
  readonly artifact: 'directory' | 'image';
  create(config: z.output<Schema>, ports: TargetPorts): Target;
}
