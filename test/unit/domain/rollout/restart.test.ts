import { expect, test } from 'vitest';
import { decideRestart, freshRecord } from '../../../../src/domain/rollout/restart.ts';

test('a process that exits is started again, each time later, and at most as often as allowed', () => {
  const pauses: number[] = [];
  let record = freshRecord;
  for (;;) {
    const decision = decideRestart(record, 1_000, 9);
    if (decision.kind === 'give-up') {
      expect(decision.reason).toBe('it exited 10 times, 9 restarts are allowed');
      break;
    }
    pauses.push(decision.afterMs);
    record = decision.record;
  }

  expect(pauses).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000]);
});

test('a process that ran for five minutes has its earlier exits forgiven', () => {
  expect(decideRestart({ restarts: 3 }, 299_999, 3).kind).toBe('give-up');
  expect(decideRestart({ restarts: 3 }, 300_000, 3)).toEqual({
    kind: 'restart',
    afterMs: 200,
    record: { restarts: 1 },
  });
});

test('a process that may not be restarted is given up at its first exit', () => {
  expect(decideRestart(freshRecord, 0, 0).kind).toBe('give-up');
});
