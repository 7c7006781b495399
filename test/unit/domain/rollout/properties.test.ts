import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conclude } from '../../../../src/domain/rollout/conclude.ts';
import { initialState, nextAction, transition } from '../../../../src/domain/rollout/machine.ts';
import type { RolloutPlan } from '../../../../src/domain/rollout/plan.ts';
import type { Action, ActionType, RolloutEvent, RolloutState } from '../../../../src/domain/rollout/state.ts';
import { planOf, processSpec } from './plans.ts';
import { asked, bad, success, unclear } from './walk.ts';

const actionTypes: readonly ActionType[] = [
  'prepare',
  'start',
  'await-ready',
  'smoke',
  'join',
  'shift',
  'observe',
  'persist',
  'drain-old',
  'keep-warm',
  'remove-old',
  'stop-old',
  'shift-back',
  'persist-stable',
  'verify',
  'drain-new',
  'remove-new',
  'stop-new',
  'stop-proxy',
  'warm-up',
  'close',
  'open',
  'settle',
  'start-old',
  'await-old',
];

/** How the world answers an action; `stray` is an event that belongs to something else. */
type Answer = 'good' | 'low' | 'bad' | 'unclear' | 'abort' | { readonly stray: ActionType };

const answers = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.constant<Answer>('good') },
    { weight: 3, arbitrary: fc.constant<Answer>('low') },
    { weight: 1, arbitrary: fc.constantFrom<Answer>('bad', 'unclear', 'abort') },
    { weight: 1, arbitrary: fc.constantFrom(...actionTypes).map((stray): Answer => ({ stray })) },
  ),
  { maxLength: 80 },
);

const plansOf = (...strategies: readonly RolloutPlan['strategy'][]) =>
  fc
    .record({
      strategy: fc.constantFrom(...strategies),
      onInconclusive: fc.constantFrom('rollback' as const, 'hold' as const),
      weights: fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 }),
      workers: fc.integer({ min: 0, max: 2 }),
      singletons: fc.integer({ min: 0, max: 2 }),
      warmMs: fc.constantFrom(0, 60_000),
    })
    .map(({ strategy, onInconclusive, weights, workers, singletons, warmMs }) => {
      const base = planOf({
        strategy,
        warmMs,
        onInconclusive,
        steps: weights.map((weightPercent) => ({ weightPercent, holdMs: 10 })),
      });
      const processes = [
        processSpec(),
        ...Array.from({ length: workers }, (_, n) => processSpec({ name: `worker-${n}`, traffic: false })),
        ...Array.from({ length: singletons }, (_, n) =>
          processSpec({ name: `once-${n}`, traffic: false, singleton: true }),
        ),
      ];
      return { ...base, release: { ...base.release, processes } } satisfies RolloutPlan;
    });

/** Those that never end the old release before the promotion. */
const plans = plansOf('canary', 'blue-green');
const allPlans = plansOf('canary', 'blue-green', 'recreate', 'rolling');

const stables = fc.constantFrom('1.0.0-fff0000', null);

function eventOf(answer: Answer, action: Action): RolloutEvent {
  if (typeof answer === 'object') return { type: 'done', action: answer.stray };
  if (answer === 'good' || answer === 'low') return success(action, answer === 'low');
  if (answer === 'abort') return { type: 'interrupted', cause: asked };
  return { type: 'failed', action: action.type, cause: answer === 'bad' ? bad : unclear };
}

interface Moment {
  readonly before: RolloutState;
  readonly action: Action;
}

/** Every answer in turn, then nothing but good ones, for at most 200 actions. */
function play(plan: RolloutPlan, stableId: string | null, script: readonly Answer[]) {
  let state = initialState(stableId);
  const moments: Moment[] = [];
  for (let n = 0; n < 200; n += 1) {
    const action = nextAction(state, plan);
    if (action === null) return { state, moments, hasEnded: true };
    moments.push({ before: state, action });
    state = transition(state, eventOf(script[n] ?? 'good', action), plan);
  }
  return { state, moments, hasEnded: false };
}

const around = { stable: null, url: 'http://127.0.0.1:8080', durationMs: 1 };

describe('whatever happens to a rollout', () => {
  test('it ends', () => {
    fc.assert(
      fc.property(allPlans, stables, answers, (plan, stableId, script) => {
        expect(play(plan, stableId, script).hasEnded).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('the weight never rises after a failed verdict', () => {
    fc.assert(
      fc.property(allPlans, stables, answers, (plan, stableId, script) => {
        const { moments } = play(plan, stableId, script);
        const failed = moments.findIndex(({ action, before }, n) => {
          const answer = script[n] ?? 'good';
          return before.phase === 'forward' && answer === 'bad' && action.type !== 'prepare';
        });
        if (failed === -1) return;
        const after = moments.slice(failed + 1).map(({ action }) => action.type);
        expect(after).not.toContain('shift');
        expect(after).not.toContain('persist');
      }),
      { numRuns: 500 },
    );
  });

  test('the old release is drained, removed and stopped only when the new one is promoted', () => {
    fc.assert(
      fc.property(plans, stables, answers, (plan, stableId, script) => {
        for (const { action, before } of play(plan, stableId, script).moments) {
          if (['drain-old', 'keep-warm', 'remove-old', 'stop-old'].includes(action.type))
            expect(before.phase).toBe('promoted');
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a recreated release is started only behind the page, and users are let in only to one that was proven', () => {
    fc.assert(
      fc.property(plansOf('recreate'), answers, (plan, script) => {
        const types = play(plan, '1.0.0-fff0000', script).moments.map(({ action }) => action.type);
        const at = (type: ActionType): number => types.indexOf(type);
        if (at('start') !== -1) expect(at('close')).toBeLessThan(at('start'));
        for (const [n, type] of types.entries()) {
          if (type !== 'open') continue;
          const before = types.slice(0, n);
          expect(before.lastIndexOf('smoke') > -1 || before.includes('await-old')).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('the new release is stopped only after traffic was taken from it and the stable one was proven', () => {
    fc.assert(
      fc.property(plans, answers, (plan, script) => {
        const { moments } = play(plan, '1.0.0-fff0000', script);
        const types = moments.map(({ action }) => action.type);
        const stopped = types.indexOf('stop-new');
        if (stopped === -1) return;
        expect(types.slice(0, stopped)).toContain('verify');
        if (types.includes('shift')) expect(types.slice(0, stopped)).toContain('shift-back');
      }),
      { numRuns: 500 },
    );
  });

  test('a run that touched traffic ends promoted, rolled back, with a failed rollback or, where asked for, held', () => {
    fc.assert(
      fc.property(allPlans, stables, answers, (plan, stableId, script) => {
        const { state, moments } = play(plan, stableId, script);
        if (!moments.some(({ action }) => action.type === 'shift')) return;
        const allowed = [
          'promoted',
          'rolledBack',
          'rollbackFailed',
          ...(plan.onInconclusive === 'hold' ? ['held'] : []),
        ];
        expect(allowed).toContain(state.phase);
        expect(conclude(state, plan, around)).not.toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  test('its state survives the journal: it is plain JSON', () => {
    fc.assert(
      fc.property(allPlans, stables, answers, (plan, stableId, script) => {
        const { state } = play(plan, stableId, script);
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      }),
      { numRuns: 200 },
    );
  });
});
