import { exitCodes, type Family } from '../../errors.ts';
import type { Outcome } from '../../ports.ts';

const outcomes: Readonly<Record<Family, Outcome>> = {
  internal: 'error',
  config: 'error',
  gate: 'refused',
  'rolled-back': 'rolled-back',
  'rollback-failed': 'rollback-failed',
  environment: 'error',
  locked: 'locked',
  inconclusive: 'inconclusive',
  interrupted: 'interrupted',
};

/** The word for how a command ended that failed with an error of this family. */
export function outcomeOf(family: Family): Outcome {
  return outcomes[family];
}

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
