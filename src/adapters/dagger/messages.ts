import type { ExecFailure, PipelineReports } from '../../domain/pipelines/pipeline.ts';

/** What the child process that holds the Dagger SDK tells: JSON, one message a line. It is asked with one `Pipeline`. */
export type PipelineMessage =
  | { readonly type: 'connected'; readonly version: string }
  /** A command of the pipeline begins. */
  | { readonly type: 'step'; readonly index: number }
  | { readonly type: 'line'; readonly stream: 'stdout' | 'stderr'; readonly line: string }
  | { readonly type: 'reports'; readonly reports: PipelineReports }
  | { readonly type: 'done' }
  | { readonly type: 'exec-failed'; readonly failure: ExecFailure }
  /** `asked`: the engine answered and said no; else it did not answer. */
  | { readonly type: 'failed'; readonly phase: 'connecting' | 'asked' | 'lost'; readonly message: string };
