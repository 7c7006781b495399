import { expect, test } from 'vitest';
import { compareWithPrediction, type Gauge, predictFrom } from '../../../../src/domain/migration/predict.ts';
import { statementLines } from '../../../../src/domain/migration/statement-lines.ts';

const gauge: Gauge = {
  rows: 20_000,
  ms: { scan: 4, index: 20, rewrite: 40, copy: 90, update: 60, updateEntry: 30, copyEntry: 25 },
};

test.each([
  ['scan', 100_000, 1 + 20],
  ['rewrite', 2_000_000, 1 + 4_000],
  ['update', 20_000, 1 + 60],
  ['index', 20_000, 1 + 20],
  // 20 ms x 50 x log2(1,000,000) / log2(20,000)
  ['index', 1_000_000, 1_396],
] as const)('a %s of %d rows takes %d ms', (kind, rows, ms) => {
  expect(predictFrom(1, { kind, indexes: 0 }, gauge, rows)).toBe(ms);
});

test('a rewrite builds every index again, and an update writes to each of them', () => {
  expect(predictFrom(1, { kind: 'rewrite', indexes: 2 }, gauge, 20_000)).toBe(1 + 40 + 2 * 20);
  expect(predictFrom(1, { kind: 'copy', indexes: 2 }, gauge, 20_000)).toBe(1 + 90 + 2 * 25);
  expect(predictFrom(1, { kind: 'update', indexes: 3 }, gauge, 20_000)).toBe(1 + 60 + 3 * 30);
});

test('what takes more than three times as long as predicted is told, when it matters', () => {
  expect(compareWithPrediction('a.sql:1:1', 301, 100)).toMatchObject({ ratio: 3, isOver: true });
  expect(compareWithPrediction('a.sql:1:1', 299, 100)).toMatchObject({ ratio: 3, isOver: false });
  expect(compareWithPrediction('a.sql:1:1', 90, 2)).toMatchObject({ ratio: 45, isOver: false });
  expect(compareWithPrediction('a.sql:1:1', 9_000, null)).toEqual({
    place: 'a.sql:1:1',
    ms: 9_000,
    predictedMs: null,
    ratio: null,
    isOver: false,
  });
});

test('statements are told as a table', () => {
  const none = { relations: [], promise: null, predictedMs: null };
  expect(
    statementLines([
      {
        ...none,
        place: 'migrations/0002_a.sql:1:1',
        ms: 2,
        lock: 'ACCESS EXCLUSIVE',
        relations: ['goods'],
        predictedMs: 1_500,
      },
      { ...none, place: 'migrations/0002_a.sql:12:1', ms: 30, lock: null },
      {
        ...none,
        place: 'migrations/0003_b.sql:1:1',
        ms: 1,
        lock: 'NONE',
        relations: ['b'],
        promise: { algorithm: 'INSTANT', lock: 'NONE' },
      },
    ]),
  ).toEqual([
    'migrations/0002_a.sql:1:1   2 ms   ACCESS EXCLUSIVE on goods  about 1.5 s on the target',
    'migrations/0002_a.sql:12:1  30 ms  no lock',
    'migrations/0003_b.sql:1:1   1 ms   INSTANT, LOCK=NONE on b',
  ]);
});
