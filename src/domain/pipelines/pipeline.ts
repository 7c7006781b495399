/** What an engine that works by graphs is asked for. */

export interface BuildPipeline {
  readonly pipeline: 'build';
  /** Absolute path of the folder that is built. */
  readonly source: string;
  /** Patterns of what is not sent, as an ignore file of Docker has them. */
  readonly ignored: readonly string[];
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  /** Stage of the Dockerfile; empty for its last one. */
  readonly target: string;
  /** `linux/amd64`; empty for the engine's own. */
  readonly platform: string;
  /** Values by the id that the Dockerfile mounts them with. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Path of the socket of an ssh agent; null for none. */
  readonly sshSocket: string | null;
  /** Absolute path at which the OCI archive is written. */
  readonly archive: string;
}

export interface TestPipeline {
  readonly pipeline: 'test';
  /** Absolute path of the archive of the image in which the commands run. */
  readonly archive: string;
  /** Each is a step; the first that fails ends it. */
  readonly commands: readonly (readonly string[])[];
  readonly env: Readonly<Record<string, string>>;
  /** Those before are reached from those after them. */
  readonly services: readonly PipelineService[];
  /** Files to read after each command, however it ended; relative to the folder that it runs in. */
  readonly reports: readonly string[];
}

export interface PipelineService {
  /** Host name under which it is found. */
  readonly name: string;
  /** Null for the image that is tested. */
  readonly image: string | null;
  /** Empty: as the image starts by itself. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly port: number;
}

/** What was read after the commands. */
export interface PipelineReports {
  /** The folder that the commands ran in, as they saw it. */
  readonly root: string;
  /** By path; null for what no command wrote. */
  readonly texts: Readonly<Record<string, string | null>>;
}

/** Only asks whether an engine answers. */
export interface ProbePipeline {
  readonly pipeline: 'probe';
}

export type Pipeline = BuildPipeline | TestPipeline | ProbePipeline;

/** A pipeline that came to its end; what stopped it otherwise is an error. */
export type PipelineEnd =
  | { readonly kind: 'done'; readonly engineVersion: string }
  | ({ readonly kind: 'exec-failed'; readonly failure: ExecFailure } & EndedStep)
  /** The engine answered and said no; its words. */
  | ({ readonly kind: 'refused'; readonly message: string } & EndedStep)
  | ({ readonly kind: 'timed-out' } & EndedStep);

export interface EndedStep {
  /** Which of the commands, from 0. */
  readonly step: number;
  readonly durationMs: number;
}

/** A command inside the engine that ran and did not succeed. */
export interface ExecFailure {
  readonly cmd: readonly string[];
  readonly exitCode: number;
  /** At most the last 102,399 characters of each: the engine cuts. */
  readonly stdout: string;
  readonly stderr: string;
}
