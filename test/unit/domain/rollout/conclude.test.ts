import { describe, expect, test } from 'vitest';
import { conclude } from '../../../../src/domain/rollout/conclude.ts';
import { initialState } from '../../../../src/domain/rollout/machine.ts';
import type { RolloutPlan } from '../../../../src/domain/rollout/plan.ts';
import type { RolloutEvent } from '../../../../src/domain/rollout/state.ts';
import type { Action, Cause } from '../../../../src/domain/rollout/state.ts';
import { planOf } from './plans.ts';
import { bad, failAt, unclear, walk } from './walk.ts';

const stable = { version: '1.0.0', commit: 'f'.repeat(40), artifact: 'directory:sha256:1' };

function endOf(plan: RolloutPlan, hasStable: boolean, answer: (action: Action) => RolloutEvent | null = () => null) {
  const { state } = walk(plan, hasStable ? '1.0.0-fff0000' : null, answer);
  return conclude(state, plan, {
    stable: hasStable ? stable : null,
    url: 'http://127.0.0.1:8080',
    durationMs: 12_345.6,
  });
}

describe('what a rollout says at its end', () => {
  test('nothing while it runs', () => {
    expect(conclude(initialState(null), planOf(), { stable: null, url: '', durationMs: 0 })).toBeNull();
  });

  test('promoted: what serves and where, how long it took, and how long of that was prescribed', () => {
    expect(endOf(planOf(), true)).toEqual({
      outcome: 'ok',
      code: 'PROMOTED',
      message: '1.1.0 serves all traffic at http://127.0.0.1:8080',
      durationMs: 12_346,
      holdMs: 2_000,
    });
  });

  test('rolled back: why with the numbers, what serves, and where to read on', () => {
    expect(endOf(planOf(), true, failAt('observe', bad))).toMatchObject({
      outcome: 'rolled-back',
      code: 'CANARY_ERROR_RATE',
      message: '20.0 % of 100 requests failed. All traffic is back on 1.0.0',
      hint: 'What it wrote: fairway logs 1.1.0',
    });
  });

  test('failed before any traffic: the stable release serves as before', () => {
    const cause: Cause = { kind: 'failed', code: 'SMOKE_FAILED', reason: '1.1.0 failed its smoke' };

    expect(endOf(planOf(), true, failAt('smoke', cause))).toMatchObject({
      outcome: 'rolled-back',
      message: '1.1.0 failed its smoke. 1.0.0 serves as before',
    });
  });

  test('a first deploy that failed: nothing serves, and it says so', () => {
    expect(endOf(planOf(), false, failAt('smoke', bad))).toMatchObject({
      outcome: 'rolled-back',
      message:
        '20.0 % of 100 requests failed. Nothing serves: there was no release before, and what was started is cleared',
    });
  });

  test('what never came as far as the release is an error, not a bad release', () => {
    const cause: Cause = { kind: 'environment', code: 'PORT_TAKEN', reason: 'port 8080 on 127.0.0.1 is taken' };

    expect(endOf(planOf(), true, failAt('prepare', cause))).toMatchObject({ outcome: 'error', code: 'PORT_TAKEN' });
  });

  test('inconclusive: rolled back, or held where asked for, with what was missing', () => {
    expect(endOf(planOf(), true, failAt('observe', unclear))).toMatchObject({
      outcome: 'inconclusive',
      message: '3 requests in this step. All traffic is back on 1.0.0',
    });
    expect(endOf(planOf({ onInconclusive: 'hold' }), true, failAt('observe', unclear, 2))).toMatchObject({
      outcome: 'inconclusive',
      code: 'TOO_FEW_REQUESTS',
      message: '3 requests in this step. 1.1.0 is held at 25 % of the traffic',
    });
  });

  test('a failed way back: where it failed, what stands, and how to go on', () => {
    const answer = (action: Action): RolloutEvent | null =>
      action.type === 'observe' || action.type === 'verify'
        ? { type: 'failed', action: action.type, cause: { ...bad, reason: `${action.type} failed` } }
        : null;

    expect(endOf(planOf(), true, answer)).toMatchObject({
      outcome: 'rollback-failed',
      code: 'ROLLBACK_FAILED',
      message:
        'observe failed. The way back failed at "verify": verify failed. Both releases were left up: 1.0.0 is stable, ' +
        '1.1.0 was left as it is, with 0 % of the traffic (first cause: CANARY_ERROR_RATE)',
      hint: 'Mend that, then let the agent try again with "fairway resume".',
    });
  });
});
