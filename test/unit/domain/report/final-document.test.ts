import { describe, expect, test } from 'vitest';
import { finalDocument } from '../../../../src/domain/report/final-document.ts';
import { exitCodeOf, isGood } from '../../../../src/domain/report/outcome.ts';
import { stagesOf } from '../../../../src/domain/report/stages.ts';
import {
  ConfigError,
  EnvironmentError,
  GateFailed,
  Inconclusive,
  InternalError,
  Interrupted,
  LockHeld,
  RollbackFailed,
  RolledBack,
} from '../../../../src/errors.ts';
import type { Outcome } from '../../../../src/ports.ts';

const run = {
  version: '1.2.3',
  command: 'ship',
  durationMs: 1_234.6,
  stages: [{ name: 'build', outcome: 'ok', durationMs: 5 }],
} as const;

describe('the final document', () => {
  test('of a command that did its work has exactly these parts', () => {
    expect(
      finalDocument(run, { kind: 'finished', outcome: 'ok', code: 'SHIPPED', result: { url: 'http://x' } }),
    ).toEqual({
      fairway: '1.2.3',
      command: 'ship',
      outcome: 'ok',
      code: 'SHIPPED',
      exitCode: 0,
      durationMs: 1_235,
      stages: [{ name: 'build', outcome: 'ok', durationMs: 5 }],
      result: { url: 'http://x' },
    });
  });

  test('of one that failed has the error beside what the command knows', () => {
    const error = new RolledBack('CANARY_ERROR_RATE', 'too many', { hint: 'look', facts: { rate: 0.2 } });
    const document = finalDocument(run, { kind: 'failed', error, result: { previous: '1.0.0' } });
    expect(document).toMatchObject({ outcome: 'rolled-back', code: 'CANARY_ERROR_RATE', exitCode: 4 });
    expect(document.result).toEqual({
      previous: '1.0.0',
      error: { message: 'too many', hint: 'look', facts: { rate: 0.2 } },
    });
  });

  test('of a wrong configuration has all problems', () => {
    const problems = [{ path: 'buid', message: 'is not known here', line: 1, column: 1, nearest: 'build' }];
    const error = new ConfigError('CONFIG_INVALID', 'wrong', { problems });
    expect(finalDocument(run, { kind: 'failed', error, result: {} }).result['error']).toEqual({
      message: 'wrong',
      problems,
    });
  });

  test.each([
    [InternalError, 1, 'error'],
    [ConfigError, 2, 'error'],
    [GateFailed, 3, 'refused'],
    [RolledBack, 4, 'rolled-back'],
    [RollbackFailed, 5, 'rollback-failed'],
    [EnvironmentError, 6, 'error'],
    [LockHeld, 7, 'locked'],
    [Inconclusive, 8, 'inconclusive'],
    [Interrupted, 130, 'interrupted'],
  ] as const)('of %o has exit code %d and outcome %s', (Family, exitCode, outcome) => {
    const ending = { kind: 'failed', error: new Family('CODE', 'x'), result: {} } as const;
    expect(finalDocument(run, ending)).toMatchObject({ exitCode, outcome });
  });
});

test.each([
  ['ok', 0],
  ['planned', 0],
  ['running', 0],
  ['error', 1],
  ['refused', 3],
  ['rolled-back', 4],
  ['rollback-failed', 5],
  ['locked', 7],
  ['inconclusive', 8],
  ['interrupted', 130],
] as const satisfies readonly (readonly [Outcome, number])[])('the outcome %s is exit code %d', (outcome, code) => {
  expect(exitCodeOf(outcome)).toBe(code);
  expect(isGood(outcome)).toBe(code === 0);
});

test('the stages of a run are those that finished, in that order', () => {
  expect(
    stagesOf([
      { type: 'stage-started', stage: 'build', title: 'x' },
      { type: 'stage-finished', stage: 'build', outcome: 'ok', durationMs: 1.6, summary: '' },
      { type: 'stage-started', stage: 'test', title: 'x' },
      { type: 'stage-finished', stage: 'test', outcome: 'refused', durationMs: 3, summary: '' },
    ]),
  ).toEqual([
    { name: 'build', outcome: 'ok', durationMs: 2 },
    { name: 'test', outcome: 'refused', durationMs: 3 },
  ]);
});
