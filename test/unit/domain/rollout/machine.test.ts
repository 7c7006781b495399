import { describe, expect, test } from 'vitest';
import { transition } from '../../../../src/domain/rollout/machine.ts';
import { planOf, processSpec } from './plans.ts';
import { asked, bad, failAt, names, success, unclear, walk } from './walk.ts';

const stable = '1.0.0-fff0000';

describe('a good release', () => {
  test('goes through every step, smokes at the users door, becomes stable, and only then the old one is drained and stopped', () => {
    const walked = walk(planOf(), stable);

    expect(names(walked)).toEqual([
      'prepare',
      'start',
      'await-ready',
      'smoke',
      'join',
      'shift 5',
      'observe',
      'shift 25',
      'observe',
      'shift 100',
      'observe',
      'smoke',
      'persist',
      'drain-old',
      'remove-old',
      'stop-old',
    ]);
    expect(walked.state).toMatchObject({ phase: 'promoted', weightPercent: 100, heldMs: 2_000, leftovers: [] });
  });

  test('as the first one gets all traffic after its smoke, and nothing old is stopped', () => {
    const walked = walk(planOf(), null);

    expect(names(walked)).toEqual([
      'prepare',
      'start',
      'await-ready',
      'smoke',
      'join',
      'shift 100',
      'observe',
      'smoke',
      'persist',
    ]);
    expect(walked.state.phase).toBe('promoted');
  });

  test('deployed blue-green gets one switch from 0 to 100 %, watched for the longest hold', () => {
    const walked = walk(planOf({ strategy: 'blue-green' }), stable);

    expect(names(walked).filter((name) => name.startsWith('shift'))).toEqual(['shift 100']);
    expect(walked.actions.find((action) => action.type === 'observe')).toMatchObject({ holdMs: 1_000 });
  });

  test('that few requests reached is smoked again after each step', () => {
    const walked = walk(planOf(), stable, (action) => (action.type === 'observe' ? success(action, true) : null));

    expect(walked.actions.filter((action) => action.type === 'smoke')).toEqual([
      { type: 'smoke', door: 'release' },
      { type: 'smoke', door: 'release' },
      { type: 'smoke', door: 'release' },
      { type: 'smoke', door: 'users' },
    ]);
  });

  test('starts its singletons only after the old release has stopped', () => {
    const plan = planOf();
    const processes = [processSpec(), processSpec({ name: 'scheduler', traffic: false, singleton: true })];
    const walked = walk({ ...plan, release: { ...plan.release, processes } }, stable);

    const started = walked.actions.filter((action) => action.type === 'start').map((action) => action.process);
    expect(started).toEqual(['web', 'scheduler']);
    expect(names(walked).slice(-2)).toEqual(['stop-old', 'start']);
  });

  test('stays promoted when the old release cannot be stopped, and says what was left over', () => {
    const walked = walk(planOf(), stable, failAt('stop-old', { ...bad, reason: 'it does not end' }));

    expect(walked.state).toMatchObject({ phase: 'promoted', leftovers: ['stop-old: it does not end'] });
  });
});

describe('a bad release', () => {
  test('that fails at 25 % loses its traffic first; the stable one proves itself before the new one is stopped', () => {
    const walked = walk(planOf(), stable, failAt('observe', bad, 2));

    expect(names(walked).slice(7)).toEqual([
      'shift 25',
      'observe',
      'shift-back',
      'persist-stable',
      'verify',
      'drain-new',
      'remove-new',
      'stop-new',
    ]);
    expect(walked.state).toMatchObject({ phase: 'rolledBack', cause: bad, weightPercent: 0 });
  });

  test('that never becomes ready touches no traffic, and the stable one is still proven', () => {
    const walked = walk(planOf(), stable, failAt('await-ready', bad));

    expect(names(walked).slice(2)).toEqual(['await-ready', 'verify', 'stop-new']);
    expect(walked.state.phase).toBe('rolledBack');
  });

  test('whose shift failed half-way is treated as if the shift had happened', () => {
    const walked = walk(planOf(), stable, failAt('shift', bad));

    expect(names(walked)).toContain('shift-back');
  });

  test('as the first deploy is cleared: proxy and processes end', () => {
    const walked = walk(planOf(), null, failAt('smoke', bad, 2));

    expect(names(walked).slice(-3)).toEqual(['smoke', 'stop-proxy', 'stop-new']);
    expect(walked.state.phase).toBe('rolledBack');
  });

  test('as the first deploy that cannot be cleared needs a person', () => {
    const walked = walk(planOf(), null, (action) =>
      action.type === 'smoke' || action.type === 'stop-new'
        ? { type: 'failed', action: action.type, cause: bad }
        : null,
    );

    expect(walked.state).toMatchObject({ phase: 'rollbackFailed', failedAt: 'stop-new' });
  });

  test('with a stable release that fails its own smoke leaves both up, and can be tried again', () => {
    const plan = planOf();
    const answer = (action: { type: string }) =>
      action.type === 'observe' || action.type === 'verify'
        ? ({ type: 'failed', action: action.type, cause: bad } as const)
        : null;
    const walked = walk(plan, stable, answer);

    expect(walked.state).toMatchObject({ phase: 'rollbackFailed', failedAt: 'verify' });
    expect(names(walked)).not.toContain('stop-new');

    const again = walk(plan, stable, undefined, transition(walked.state, { type: 'resumed' }, plan));
    expect(names(again)[0]).toBe('shift-back');
    expect(again.state.phase).toBe('rolledBack');
  });
});

describe('too little evidence', () => {
  test('returns to stable unless a hold was asked for', () => {
    expect(walk(planOf(), stable, failAt('observe', unclear)).state.phase).toBe('rolledBack');
  });

  test('holds the weight when asked for; resume watches the same step again', () => {
    const plan = planOf({ onInconclusive: 'hold' });
    const held = walk(plan, stable, failAt('observe', unclear, 2)).state;

    expect(held).toMatchObject({ phase: 'held', weightPercent: 25, cause: unclear });

    const resumed = walk(plan, stable, undefined, transition(held, { type: 'resumed' }, plan));
    expect(names(resumed)[0]).toBe('observe');
    expect(resumed.actions[0]).toMatchObject({ weightPercent: 25 });
    expect(resumed.state.phase).toBe('promoted');
  });

  test('a held rollout that is aborted returns to stable', () => {
    const plan = planOf({ onInconclusive: 'hold' });
    const held = walk(plan, stable, failAt('observe', unclear)).state;
    const aborted = walk(plan, stable, undefined, transition(held, { type: 'interrupted', cause: asked }, plan));

    expect(names(aborted)[0]).toBe('shift-back');
    expect(aborted.state).toMatchObject({ phase: 'rolledBack', cause: asked });
  });

  test('before any traffic is no reason to hold', () => {
    const plan = planOf({ onInconclusive: 'hold' });

    expect(walk(plan, stable, failAt('smoke', unclear)).state.phase).toBe('rolledBack');
  });
});

describe('an abort', () => {
  test('after the promotion changes nothing: the rollout is over', () => {
    const plan = planOf();
    const promoted = walk(plan, stable).state;

    expect(transition(promoted, { type: 'interrupted', cause: asked }, plan)).toBe(promoted);
  });

  test('on the way back keeps the first cause', () => {
    const plan = planOf();
    const failed = { type: 'failed', action: 'observe', cause: bad } as const;
    const observing = walk(plan, stable, failAt('verify', bad)).state;
    const back = transition({ ...observing, phase: 'forward', position: 6, reached: 6 }, failed, plan);

    expect(back).toMatchObject({ phase: 'back', cause: bad });
    expect(transition(back, { type: 'interrupted', cause: asked }, plan)).toBe(back);
  });
});

test('an event that belongs to another action changes nothing', () => {
  const plan = planOf();
  const { state } = walk(planOf(), stable, failAt('observe', bad));
  const begun = walk(plan, stable, failAt('prepare', bad)).state;

  expect(transition(state, { type: 'done', action: 'shift' }, plan)).toBe(state);
  expect(transition(begun, { type: 'done', action: 'persist' }, plan)).toBe(begun);
});
