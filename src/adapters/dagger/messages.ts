/** What goes between us and the child process that holds the Dagger SDK: JSON, one message a line. */

export interface BuildPipeline {
  readonly pipeline: 'build';
  /** Absolute path of the folder that is built. */
  readonly source: string;
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Absolute path at which the OCI archive is written. */
  readonly archive: string;
}

export interface TestPipeline {
  readonly pipeline: 'test';
  /** Absolute path of the OCI archive in which the commands run. */
  readonly archive: string;
  readonly commands: readonly (readonly string[])[];
  readonly env: Readonly<Record<string, string>>;
}

/** Only asks whether an engine answers. */
export interface ProbePipeline {
  readonly pipeline: 'probe';
}

export type PipelineRequest = BuildPipeline | TestPipeline | ProbePipeline;

/** A command inside the engine that ran and did not succeed. */
export interface ExecFailure {
  readonly cmd: readonly string[];
  readonly exitCode: number;
  /** At most the last 102,399 characters of each: the engine cuts. */
  readonly stdout: string;
  readonly stderr: string;
}

export type PipelineMessage =
  | { readonly type: 'connected'; readonly version: string }
  | { readonly type: 'done' }
  | { readonly type: 'exec-failed'; readonly failure: ExecFailure }
  /** `asked`: the engine answered and said no; else it did not answer. */
  | { readonly type: 'failed'; readonly phase: 'connecting' | 'asked' | 'lost'; readonly message: string };
