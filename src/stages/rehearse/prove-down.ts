import type { RehearsalDatabases } from './databases.ts';
import type { RehearsalInput, RehearsalPorts, RehearsalResult, RehearsalStep } from './input.ts';
import type { StepLog } from './step-log.ts';

export type Verdict = Partial<RehearsalResult> & Pick<RehearsalResult, 'rollback' | 'reason'>;

interface On {
  readonly input: RehearsalInput;
  readonly ports: RehearsalPorts;
  readonly log: StepLog;
}

/** What the old release survived so far is a rollback of the code; a faithful down makes it more. */
export async function proveDown(
  { log }: On,
  { pending }: RehearsalDatabases,
  _oldAgain: (step: RehearsalStep) => Promise<Verdict | null>,
): Promise<Verdict> {
  if (pending.length === 0)
    return { rollback: 'proven', reason: 'no migration is pending: both releases share one schema' };
  log.skip('down', 'not tried');
  return {
    rollback: 'code-only',
    step: 'down',
    reason: 'the old release passes on the new schema; no faithful down is proven',
  };
}
