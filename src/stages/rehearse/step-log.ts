import type { RehearsalInput, RehearsalPorts, RehearsalStep, StepRecord } from './input.ts';

/** The steps of a rehearsal with their durations, told as they end. */
export interface StepLog {
  /** A step that ends the rehearsal when it throws. */
  step<T>(step: RehearsalStep, run: () => Promise<readonly [value: T, text: string]>): Promise<T>;
  /** A step whose value is what went wrong; null is good. */
  check<T>(step: RehearsalStep, run: () => Promise<readonly [value: T | null, text: string]>): Promise<T | null>;
  skip(step: RehearsalStep, text: string): void;
  steps(): readonly StepRecord[];
}

/** As they are told in the end: some go on at the same time. */
const order: readonly RehearsalStep[] = [
  'base',
  'old-on-base',
  'up',
  'old-on-new-schema',
  'replay',
  'new',
  'old-after-new',
  'down',
  'old-after-down',
  'up-again',
  'contract',
];

export function stepLog({ onStep, signal }: RehearsalInput, { clock }: RehearsalPorts): StepLog {
  const records: StepRecord[] = [];
  const tell = (record: StepRecord): void => {
    records.push(record);
    onStep?.(record);
  };
  const timed = async <T>(
    step: RehearsalStep,
    run: () => Promise<readonly [T, string]>,
    isGood: (value: T) => boolean,
  ): Promise<T> => {
    signal?.throwIfAborted();
    const begin = clock.monotonicMs();
    try {
      const [value, text] = await run();
      tell({ step, outcome: isGood(value) ? 'ok' : 'failed', durationMs: clock.monotonicMs() - begin, text });
      return value;
    } catch (error) {
      const text = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      tell({ step, outcome: 'failed', durationMs: clock.monotonicMs() - begin, text });
      throw error;
    }
  };
  return {
    step: async (step, run) => await timed(step, run, () => true),
    check: async (step, run) => await timed(step, run, (value) => value === null),
    skip: (step, text) => tell({ step, outcome: 'skipped', durationMs: 0, text }),
    steps: () => records.toSorted((a, b) => order.indexOf(a.step) - order.indexOf(b.step)),
  };
}
