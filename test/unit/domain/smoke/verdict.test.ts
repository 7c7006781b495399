import { expect, test } from 'vitest';
import type { CheckResult } from '../../../../src/domain/smoke/check.ts';
import { judgeSmoke } from '../../../../src/domain/smoke/verdict.ts';

const seen = { name: 'GET /', attempts: 1, durationMs: 5 };
const pass: CheckResult = { ...seen, kind: 'pass' };
const fail: CheckResult = { ...seen, kind: 'fail', reason: 'answered 500' };
const unknown: CheckResult = { ...seen, kind: 'inconclusive', reason: 'not known' };

test.each<[string, CheckResult[], string]>([
  ['no checks', [], 'pass'],
  ['all pass', [pass, pass], 'pass'],
  ['one could not look', [pass, unknown], 'inconclusive'],
  ['a failure outweighs what is not known', [unknown, fail, pass], 'fail'],
  ['an optional failure never decides', [pass, { ...fail, optional: true }], 'pass'],
  ['an optional unknown never decides', [{ ...unknown, optional: true }], 'pass'],
])('%s', (_, checks, verdict) => {
  expect(judgeSmoke(checks)).toBe(verdict);
});
