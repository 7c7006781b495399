import { describe, expect, test } from 'vitest';
import { type Tally, tallyOf, verdictOn } from '../../../scripts/test/tally.ts';

const good: Tally = { passed: 3, failed: 0, atSecondTry: [], skipped: [], ranIn: new Set(['unit']), broken: [] };
const usual = { projects: ['unit'], mustBeComplete: false };

describe('the last line of npm test', () => {
  test('is the figures', () => {
    expect(verdictOn(good, usual)).toEqual({ lines: ['3 passed, 0 failed'], exitCode: 0 });
  });

  test('is a failure when a test failed', () => {
    expect(verdictOn({ ...good, failed: 1 }, usual)).toEqual({ lines: ['3 passed, 1 failed'], exitCode: 1 });
  });

  test('has before it what was left out and why', () => {
    const skipped = [
      { title: 'drains a release', why: 'needs haproxy (Debian package haproxy)' },
      { title: 'reads a log', why: 'no reason was given' },
      { title: 'shifts weights', why: 'needs haproxy (Debian package haproxy)' },
    ];
    expect(verdictOn({ ...good, skipped }, usual)).toEqual({
      lines: [
        'Not run here: 2 × needs haproxy (Debian package haproxy): "drains a release", "shifts weights"',
        'Not run here: 1 × no reason was given: "reads a log"',
        '3 passed, 0 failed, 3 skipped',
      ],
      exitCode: 0,
    });
  });

  test('has before it who needed a second try', () => {
    expect(verdictOn({ ...good, atSecondTry: ['drains a release'] }, usual)).toEqual({
      lines: [
        'Passed at the second try only, which is a fault of the test or of ours: "drains a release"',
        '3 passed, 0 failed',
      ],
      exitCode: 0,
    });
  });

  test('counts what was left out as failed where everything must run', () => {
    const skipped = [{ title: 'drains a release', why: 'needs haproxy' }];
    const { lines, exitCode } = verdictOn({ ...good, skipped }, { ...usual, mustBeComplete: true });
    expect({ last: lines.at(-1), exitCode }).toEqual({ last: '3 passed, 1 failed', exitCode: 1 });
  });

  test('counts a suite in which nothing ran as failed', () => {
    const verdict = verdictOn(good, { projects: ['unit', 'e2e'], mustBeComplete: false });
    expect(verdict).toEqual({ lines: ['Nothing ran in "e2e".', '3 passed, 1 failed'], exitCode: 1 });
  });

  test('counts a run of nothing as failed', () => {
    const verdict = verdictOn({ ...good, passed: 0, ranIn: new Set() }, { projects: [], mustBeComplete: false });
    expect(verdict).toEqual({ lines: ['Nothing ran.', '0 passed, 1 failed'], exitCode: 1 });
  });

  test('counts a file that could not be loaded as failed', () => {
    const verdict = verdictOn({ ...good, broken: ['x.test.ts: no such module'] }, usual);
    expect(verdict).toEqual({
      lines: ['Broken outside of a test: x.test.ts: no such module', '3 passed, 1 failed'],
      exitCode: 1,
    });
  });
});

test('the figures are read from what vitest reports', () => {
  const result = (state: string, note?: string) => ({ state, note });
  const tests = [
    { fullName: 'a', result: () => result('passed'), diagnostic: () => ({ flaky: true }) },
    { fullName: 'b', result: () => result('failed'), diagnostic: () => undefined },
    { fullName: 'c', result: () => result('skipped', 'needs git'), diagnostic: () => undefined },
    { fullName: 'd', result: () => result('pending'), diagnostic: () => undefined },
  ];
  const module = {
    moduleId: 'x.test.ts',
    project: { name: 'unit' },
    errors: () => [{ message: 'hook' }],
    children: { allTests: () => tests, allSuites: () => [{ fullName: 's', errors: () => [{ message: 'before' }] }] },
  };
  expect(tallyOf([module] as unknown as Parameters<typeof tallyOf>[0], [{ message: 'late' }])).toEqual({
    passed: 1,
    failed: 1,
    atSecondTry: ['a'],
    skipped: [
      { title: 'c', why: 'needs git' },
      { title: 'd', why: 'no reason was given' },
    ],
    ranIn: new Set(['unit']),
    broken: ['x.test.ts: hook', 's: before', 'late'],
  });
});
