import { exitCodes } from '../../errors.ts';
import type { Outcome } from '../../ports.ts';

/** The exit code of a command that ended with this outcome and without an error of its own. */
export function exitCodeOf(outcome: Outcome): number {
  switch (outcome) {
    case 'ok':
    case 'planned':
    case 'running':
      return 0;
    case 'refused':
      return exitCodes.gate;
    case 'rolled-back':
    case 'rollback-failed':
    case 'inconclusive':
    case 'locked':
    case 'interrupted':
      return exitCodes[outcome];
    case 'error':
      return exitCodes.internal;
  }
}

/** True when nobody has to do anything about it. */
export function isGood(outcome: Outcome): boolean {
  return exitCodeOf(outcome) === 0;
}
