import { ConfigError, type FairwayError, outcomes, type Problem } from '../../errors.ts';
import type { Outcome } from '../../ports.ts';
import { exitCodeOf } from './outcome.ts';
import type { StageRecord } from './stages.ts';

/** What `--json` prints at the end of every command; its form is kept. */
export interface FinalDocument {
  readonly fairway: string;
  readonly command: string;
  readonly outcome: Outcome;
  readonly code: string;
  readonly exitCode: number;
  readonly durationMs: number;
  readonly stages: readonly StageRecord[];
  readonly result: Readonly<Record<string, unknown>>;
}

export interface FailureDocument {
  readonly message: string;
  readonly hint?: string;
  readonly problems?: readonly Problem[];
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** How a command ended: by itself, or by an error; the command's own result beside either. */
export type Ending = { readonly result: Readonly<Record<string, unknown>> } & (
  | { readonly kind: 'finished'; readonly outcome: Outcome; readonly code: string }
  | { readonly kind: 'failed'; readonly error: FairwayError }
);

export interface RunFacts {
  readonly version: string;
  readonly command: string;
  readonly durationMs: number;
  readonly stages: readonly StageRecord[];
}

export function describeFailure(error: FairwayError): FailureDocument {
  return {
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error instanceof ConfigError && error.problems.length > 0 ? { problems: error.problems } : {}),
    ...(Object.keys(error.facts).length === 0 ? {} : { facts: error.facts }),
  };
}

export function finalDocument(run: RunFacts, ending: Ending): FinalDocument {
  const failed = ending.kind === 'failed';
  return {
    fairway: run.version,
    command: run.command,
    outcome: failed ? outcomes[ending.error.family] : ending.outcome,
    code: failed ? ending.error.code : ending.code,
    exitCode: failed ? ending.error.exitCode : exitCodeOf(ending.outcome),
    durationMs: Math.round(run.durationMs),
    stages: run.stages,
    result: failed ? { ...ending.result, error: describeFailure(ending.error) } : ending.result,
  };
}
