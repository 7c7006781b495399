import { describe, expect, test } from 'vitest';
import { conclude } from '../../../../src/domain/rollout/conclude.ts';
import { planOf, processSpec } from './plans.ts';
import { asked, bad, failAt, names, walk } from './walk.ts';

const around = { stable: { version: '1.0.0', commit: '', artifact: '' }, url: 'http://127.0.0.1:8080', durationMs: 1 };

describe('recreate', () => {
  const processes = [processSpec(), processSpec({ name: 'mailer', traffic: false, singleton: true })];
  const base = planOf({ strategy: 'recreate' });
  const plan = { ...base, release: { ...base.release, processes } };
  const forward = [
    'prepare',
    'close',
    'stop-old',
    'start',
    'start',
    'await-ready',
    'smoke',
    'join',
    'shift 100',
    'open',
    'observe',
    'smoke',
    'persist',
  ];

  test('shows the page, ends the old release, proves the new one, and only then lets users in', () => {
    expect(names(walk(plan, '1.0.0'))).toEqual([...forward, 'remove-old']);
  });

  test('the first release needs no page', () => {
    expect(names(walk(plan, null))).not.toContain('close');
  });

  test.each([
    ['start', ['close', 'stop-new', 'start-old', 'await-old', 'shift-back', 'persist-stable', 'open', 'verify']],
    ['smoke', ['close', 'stop-new', 'start-old', 'await-old', 'shift-back', 'persist-stable', 'open', 'verify']],
    [
      'observe',
      ['close', 'stop-new', 'start-old', 'await-old', 'shift-back', 'persist-stable', 'open', 'verify', 'remove-new'],
    ],
  ] as const)('a failed %s brings the old release back behind the page', (failing, back) => {
    const walked = walk(plan, '1.0.0', failAt(failing, bad));

    expect(names(walked).slice(-back.length)).toEqual(back);
    expect(walked.state.phase).toBe('rolledBack');
    expect(conclude(walked.state, plan, around)?.message).toContain('All traffic is back on 1.0.0');
  });

  test('before the page nothing was touched', () => {
    const walked = walk(plan, '1.0.0', failAt('prepare', bad));

    expect(names(walked)).toEqual(['prepare', 'verify', 'stop-new']);
    expect(conclude(walked.state, plan, around)?.message).toContain('1.0.0 serves as before');
  });

  test.each(['start-old', 'await-old', 'open'] as const)('a way back that fails at %s is for a person', (failing) => {
    const first = failAt('observe', bad);
    const second = failAt(failing, bad, failing === 'open' ? 2 : 1);
    const walked = walk(plan, '1.0.0', (action) => first(action) ?? second(action));

    expect(walked.state).toMatchObject({ phase: 'rollbackFailed', failedAt: failing });
  });
});

describe('rolling', () => {
  const processes = [
    processSpec({ name: 'worker', traffic: false }),
    processSpec({ name: 'mailer', traffic: false }),
    processSpec({ name: 'clock', traffic: false, singleton: true }),
  ];
  const base = planOf({ strategy: 'rolling' });
  const plan = { ...base, release: { ...base.release, processes } };

  test('starts the new workers beside the old ones, has them live for the hold, then ends the old ones', () => {
    const walked = walk(plan, '1.0.0');

    expect(names(walked)).toEqual([
      'prepare',
      'start',
      'start',
      'await-ready',
      'settle',
      'persist',
      'stop-old',
      'start',
    ]);
    expect(walked.actions.at(-1)).toEqual({ type: 'start', process: 'clock' });
    expect(walked.actions.find(({ type }) => type === 'settle')).toEqual({ type: 'settle', holdMs: 1_000 });
  });

  test('never touches a proxy, and leaves the old workers alone until the promotion', () => {
    for (const stable of ['1.0.0', null]) {
      const aborted = walk(plan, stable, (action) =>
        action.type === 'settle' ? { type: 'interrupted', cause: asked } : null,
      );
      expect(names(aborted)).toEqual(['prepare', 'start', 'start', 'await-ready', 'settle', 'stop-new']);
      expect(aborted.state.phase).toBe('rolledBack');
    }
  });
});
