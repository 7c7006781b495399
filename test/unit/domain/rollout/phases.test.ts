import { expect, test } from 'vitest';
import { nextAction, initialState, transition } from '../../../../src/domain/rollout/machine.ts';
import { phaseOf, phases, phaseText } from '../../../../src/domain/rollout/phases.ts';
import { planOf } from './plans.ts';
import { bad, success } from './walk.ts';

test('blue-green goes through its six phases in order', () => {
  const plan = planOf({ strategy: 'blue-green' });
  const seen: string[] = [];
  let state = initialState('1.0.0');
  for (let action = nextAction(state, plan); action !== null; action = nextAction(state, plan)) {
    const phase = phaseOf(action, state.phase);
    if (seen.at(-1) !== phase) seen.push(phase);
    state = transition(state, success(action), plan);
  }

  expect(seen).toEqual([...phases]);
  expect(phaseText('switch')).toBe('4/6 switch');
});

test('a switch that does not hold what it promised is switched back', () => {
  const plan = planOf({ strategy: 'blue-green' });
  let state = initialState('1.0.0');
  const seen = new Set<string>();
  for (let action = nextAction(state, plan); action !== null; action = nextAction(state, plan)) {
    seen.add(phaseOf(action, state.phase));
    const event =
      action.type === 'observe' ? ({ type: 'failed', action: 'observe', cause: bad } as const) : success(action);
    state = transition(state, event, plan);
  }

  expect([...seen]).toEqual(['prepare', 'deploy', 'validate', 'switch', 'validate the switch', 'switch back']);
  expect(state.phase).toBe('rolledBack');
});
