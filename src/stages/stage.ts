import { FairwayError, outcomes } from '../errors.ts';
import type { Clock, Outcome, Reporter } from '../ports.ts';

export interface StageEnd<T> {
  readonly value: T;
  /** One line for people: what came of it, with its figure. */
  readonly summary: string;
  /** Default `ok`. */
  readonly outcome?: Outcome;
}

export interface StagePorts {
  readonly reporter: Reporter;
  readonly clock: Clock;
}

/** Run one named stage: its start, its end and its duration are reported whatever happens; errors pass through. */
export async function stage<T>(
  name: string,
  title: string,
  ports: StagePorts,
  run: (note: (text: string) => void) => Promise<StageEnd<T>>,
): Promise<T> {
  const { reporter, clock } = ports;
  const begin = clock.monotonicMs();
  const finish = (outcome: Outcome, summary: string): void =>
    reporter.report({ type: 'stage-finished', stage: name, outcome, durationMs: clock.monotonicMs() - begin, summary });
  reporter.report({ type: 'stage-started', stage: name, title });
  try {
    const end = await run((text) => reporter.report({ type: 'note', stage: name, text }));
    finish(end.outcome ?? 'ok', end.summary);
    return end.value;
  } catch (error) {
    finish(
      error instanceof FairwayError ? outcomes[error.family] : 'error',
      error instanceof FairwayError ? error.code : 'INTERNAL',
    );
    throw error;
  }
}
