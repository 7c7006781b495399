import type { Action, RolloutState } from './state.ts';

/** The six phases of blue-green, in order; what goes wrong before the last one switches back. */
export const phases = ['prepare', 'deploy', 'validate', 'switch', 'validate the switch', 'clean up'] as const;

export type PhaseName = (typeof phases)[number] | 'switch back';

/** The phase that an action belongs to. */
export function phaseOf(action: Action, during: RolloutState['phase']): PhaseName {
  if (during === 'back') return 'switch back';
  if (during === 'promoted') return 'clean up';
  switch (action.type) {
    case 'prepare':
      return 'prepare';
    case 'start':
    case 'await-ready':
      return 'deploy';
    case 'smoke':
      return action.door === 'release' ? 'validate' : 'validate the switch';
    case 'warm-up':
    case 'join':
      return 'validate';
    case 'close':
    case 'stop-old':
    case 'shift':
    case 'open':
      return 'switch';
    default:
      return 'validate the switch';
  }
}

/** `4/6 switch`; the way back has no number. */
export function phaseText(phase: PhaseName): string {
  return phase === 'switch back' ? phase : `${phases.indexOf(phase) + 1}/${phases.length} ${phase}`;
}
