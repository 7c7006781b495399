import { expect, test } from 'vitest';
import { isLasting, liveLines } from '../../../../src/domain/report/live/view.ts';
import type { RolloutRecord } from '../../../../src/domain/rollout/messages.ts';

const record: RolloutRecord = {
  seq: 7,
  at: '2025-01-01T00:00:00Z',
  rolloutId: 'r',
  kind: 'observe',
  text: '25 %: watched',
  weightPercent: 25,
  requests: 1_203,
  errors: 2,
  facts: {
    steps: [5, 25, 50, 100],
    holdMs: 60_000,
    heldMs: 18_000,
    p95Ms: 41.2,
    baselineP95Ms: 40,
    eValue: 1.24,
    rejectAt: 200,
  },
};

function shown(of: RolloutRecord, sinceMs = 0): readonly string[] {
  return liveLines(of, sinceMs).map(({ spans }) => spans.map(({ text }) => text).join(''));
}

test('a hold is shown with share, steps, time left, requests, errors, p95 of both and the e-value', () => {
  expect(shown(record, 2_000)).toEqual([
    '           ██████░░░░░░░░░░░░░░░░░░ 25 %  steps 5 25 50 100   40 s left',
    '           1,203 requests, 2 failed (0.2 %)   p95 41 ms, stable 40 ms   e-value 1.2 of 200',
  ]);
});

test('what is not known is a dash, and time that is over is none', () => {
  const bare = { ...record, requests: 0, errors: 0, facts: { holdMs: 1_000, heldMs: 900 } };

  expect(shown(bare, 5_000)).toEqual([
    '           ██████░░░░░░░░░░░░░░░░░░ 25 %   0 ms left',
    '           0 requests, 0 failed   p95 -, stable -',
  ]);
});

test('a rollout that waits for a person says for what', () => {
  expect(shown({ ...record, facts: { ...record.facts, isWaiting: true } })[0]).toContain('waits for "fairway promote"');
});

test('another action is shown by its sentence, harmless whatever is in it', () => {
  expect(shown({ ...record, kind: 'start', text: '1.1.0: start \u001B[31mweb', facts: {} })[0]).toBe(
    '           1.1.0: start web',
  );
});

test('reasons to turn back, pauses and the end outlast the block', () => {
  const end = { outcome: 'ok', code: 'PROMOTED', message: '', durationMs: 1, holdMs: 1 } as const;
  expect(isLasting({ ...record, kind: 'CANARY_WORSE_ERRORS' })).toBe(true);
  expect(isLasting({ ...record, kind: 'paused' })).toBe(true);
  expect(isLasting({ ...record, kind: 'ended', end })).toBe(true);
  expect(isLasting(record)).toBe(false);
});
