import type { Outcome, RunEvent } from '../../ports.ts';

export interface StageRecord {
  readonly name: string;
  readonly outcome: Outcome;
  readonly durationMs: number;
}

/** The stages that finished, in that order, as a run's events tell them. */
export function stagesOf(events: Iterable<RunEvent>): readonly StageRecord[] {
  const stages: StageRecord[] = [];
  for (const event of events) {
    if (event.type !== 'stage-finished') continue;
    stages.push({ name: event.stage, outcome: event.outcome, durationMs: Math.round(event.durationMs) });
  }
  return stages;
}
