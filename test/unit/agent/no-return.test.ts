import { expect, test } from 'vitest';
import { bakeEnd } from '../../../src/agent/bake.ts';
import { applyRecord, emptyLedger } from '../../../src/agent/ledger.ts';
import { refuseBarred } from '../../../src/agent/no-return.ts';
import { barrierTo, leftBehind, type NoReturn } from '../../../src/domain/rollout/no-return.ts';
import { release } from './bench.ts';

const step = { version: '0003', name: 'drop_mail' };
const record: NoReturn = {
  at: '2026-01-14T10:00:00.000Z',
  who: 'ann@laptop',
  runId: 'run-1',
  steps: [step],
  releases: ['1.0.0'],
};
const noReturn = (n: number, holds: boolean, at = record.at) =>
  ({ n, at, kind: 'no-return', record: { ...record, at }, holds }) as const;

test('a release whose tree has the contract step can be returned to, an older one cannot', () => {
  const older: { readonly version: string; readonly contracts?: readonly string[] } = { version: '1.0.0' };
  const brought = { version: '1.1.0', contracts: ['0003'] };

  expect(leftBehind([older, brought], [step])).toEqual(['1.0.0']);
  expect(barrierTo(older, [record])).toBe(record);
  expect(barrierTo(brought, [record])).toBeNull();
  expect(barrierTo(older, [])).toBeNull();
});

test('a step that is tried again keeps its first record, and one of which nothing took effect leaves none', () => {
  const once = applyRecord(emptyLedger, noReturn(1, true));
  const twice = applyRecord(once, noReturn(2, true, '2026-01-14T11:00:00.000Z'));

  expect(twice.noReturns).toEqual([record]);
  expect(applyRecord(twice, noReturn(3, false)).noReturns).toEqual([]);
});

test('a rollback behind the point of no return is refused with who, when and what', () => {
  const kept = { version: '1.0.0', plan: release('1.0.0') } as Parameters<typeof refuseBarred>[0];

  expect(() => refuseBarred(kept, [])).not.toThrow();
  expect(() => refuseBarred(kept, [record])).toThrow(
    expect.objectContaining({
      code: 'PAST_NO_RETURN',
      exitCode: 3,
      message:
        '1.0.0 needs what 0003_drop_mail removed from the database on 2026-01-14T10:00:00.000Z (by ann@laptop): it can no longer be returned to',
    }),
  );
});

test('the bake is over when the release has served for as long as its plan says', () => {
  const since = '2026-01-14T10:00:00.000Z';

  expect(bakeEnd({ since, plan: { ...release('1.0.0'), bakeMs: 600_000 } })).toBe('2026-01-14T10:10:00.000Z');
  expect(bakeEnd({ since, plan: release('1.0.0') })).toBe(since);
});
