import { FairwayError } from '../../errors.ts';
import type { CommandResult } from './command.ts';

type Facts = Readonly<Record<string, unknown>>;

/** Run a command that learns its result step by step: when it fails, the final document holds what was known. */
export async function partial(
  run: (known: Facts, onKnown: (facts: Facts) => void) => Promise<CommandResult>,
): Promise<CommandResult> {
  const known: Record<string, unknown> = {};
  try {
    return await run(known, (facts) => Object.assign(known, facts));
  } catch (error) {
    if (error instanceof FairwayError) return { error, result: known };
    throw error;
  }
}
