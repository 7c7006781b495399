import { describe, expect, test } from 'vitest';
import { refusalOf, testsLine, testsSeen } from '../../../../src/domain/tests/judge.ts';
import { combinationsOf, combinationText } from '../../../../src/domain/tests/matrix.ts';
import { readTestReport } from '../../../../src/domain/tests/read-report.ts';
import type { TestCase } from '../../../../src/domain/tests/report.ts';
import { readXml } from '../../../../src/domain/tests/xml.ts';

describe('XML', () => {
  test('is read with attributes, text, CDATA, comments and the entities that all of it has', () => {
    const text = `<?xml version="1.0"?><!-- why --><!DOCTYPE a SYSTEM "b.dtd"><a x='1 &lt; 2'>one &#65;&#x42;<b/><![CDATA[<raw> & ]]></a>`;

    expect(readXml(text)).toEqual({
      name: 'a',
      attributes: { x: '1 < 2' },
      children: [{ name: 'b', attributes: {}, children: [], text: '' }],
      text: 'one AB<raw> & ',
    });
  });

  test.each([
    ['', 1, 'it is empty'],
    ['All tests passed!', 1, '"All tests passed!" stands outside of any element'],
    ['<a>\n<b>\n</a>', 3, '</a> closes <b>'],
    ['<a>\n', 2, '<a> is not closed'],
    ['<a/><b/>', 1, '<b> stands beside the first element'],
    ['<a x=1></a>', 1, '"<a x=1></a>" is no tag'],
    ['<a>&nbsp;</a>', 1, 'an entity is not known'],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a/>', 1, '"<!DOCTYPE a [<!ENTITY b "c">]><a/>" is no tag'],
    ['{"tests": 3}', 1, '"{"tests": 3}" stands outside of any element'],
  ])('%j is none: line %d, %s', (text, line, why) => {
    expect(readXml(text)).toEqual({ kind: 'not-xml', line, why });
  });
});

describe('a report of the type junit', () => {
  const text = `<testsuites>
  <testsuite name="orders" file="tests/orders.test.js">
    <testcase name="are kept once" classname="orders" time="0.012"/>
    <testcase name="are priced" classname="orders" time="1,000.5">
      <failure message="expected 3 to be 4" type="AssertionError">Error: expected 3 to be 4
    at node:internal/process:1:2
    at Test.run (/app/node_modules/x/y.js:7:1)
    at /app/src/orders.js:42:11</failure>
    </testcase>
    <testcase name="are sent"><skipped/></testcase>
  </testsuite></testsuites>`;

  test('tells each test with its outcome, and a failed one with its place in the repository', () => {
    const report = readTestReport('junit', text, '/app');

    expect(report).toEqual({
      kind: 'tests',
      cases: [
        {
          name: 'are kept once',
          suite: 'orders',
          outcome: 'passed',
          durationMs: 12,
          file: 'tests/orders.test.js',
          line: null,
          message: '',
        },
        {
          name: 'are priced',
          suite: 'orders',
          outcome: 'failed',
          durationMs: 1_000_500,
          file: 'src/orders.js',
          line: 42,
          message: 'expected 3 to be 4',
        },
        {
          name: 'are sent',
          suite: 'orders',
          outcome: 'skipped',
          durationMs: 0,
          file: 'tests/orders.test.js',
          line: null,
          message: '',
        },
      ],
    });
  });

  test('of Python tells the line of its own trace', () => {
    const one = `<testsuite name="pytest"><testcase name="test_a" classname="tests.test_a"><failure>  File "/app/tests/test_a.py", line 3</failure></testcase></testsuite>`;

    expect(readTestReport('junit', one, '/app')).toMatchObject({ cases: [{ file: 'tests/test_a.py', line: 3 }] });
  });

  test('that is another document is refused by its first element', () => {
    expect(readTestReport('junit', '<html></html>', '/')).toEqual({
      kind: 'unreadable',
      why: 'its first element is <html>, not <testsuites> or <testsuite>',
    });
  });
});

describe('reports of coverage', () => {
  test('of lcov count each line once, whoever reached it', () => {
    const text =
      'TN:\nSF:/app/src/a.js\nDA:1,1\nDA:2,0\nend_of_record\nSF:/app/src/a.js\nDA:2,3\nDA:3,0\nend_of_record\n';

    expect(readTestReport('lcov', text, '/app')).toEqual({
      kind: 'coverage',
      coverage: new Map([['src/a.js', { lines: 3, covered: 2 }]]),
    });
  });

  test.each([
    ['SF:a.js\nDA:1,1\n', 'it ends in the middle of a.js'],
    ['hello', 'line 1: "hello" is not of lcov'],
    ['', 'it names no file'],
  ])('of lcov that are cut or none are refused: %j', (text, why) => {
    expect(readTestReport('lcov', text, '/app')).toEqual({ kind: 'unreadable', why });
  });

  test('of Cobertura are read by the lines of their classes, or by their totals', () => {
    const lines = '<lines><line number="1" hits="1"/><line number="2" hits="0"/></lines>';
    const text = `<coverage><packages><package><classes><class filename="a.py"><methods><method>${lines}</method></methods>${lines}</class></classes></package></packages></coverage>`;

    expect(readTestReport('cobertura', text, '/')).toMatchObject({
      coverage: new Map([['a.py', { lines: 2, covered: 1 }]]),
    });
    expect(readTestReport('cobertura', '<coverage lines-valid="10" lines-covered="9"/>', '/')).toMatchObject({
      coverage: new Map([['', { lines: 10, covered: 9 }]]),
    });
  });
});

describe('the verdict', () => {
  const rules = { expectsTests: true, expectsCoverage: false, minCoverage: 0.8, critical: [] as readonly string[] };
  const one = (name: string, outcome: TestCase['outcome'] = 'passed'): TestCase => ({
    name,
    suite: 'shop',
    outcome,
    durationMs: 1,
    file: null,
    line: null,
    message: '',
  });
  const codeOf = (cases: readonly TestCase[], more: Partial<typeof rules> = {}): string | undefined => {
    const all = { ...rules, ...more };
    return refusalOf(testsSeen(cases, [], all), all)?.code;
  };

  test.each([
    ['passed tests', [one('a')], {}, undefined],
    ['a failed test whose command said nothing', [one('a'), one('b', 'failed')], {}, 'TESTS_FAILED'],
    ['no test at all', [], {}, 'NO_TESTS_RAN'],
    ['only skipped tests', [one('a', 'skipped')], {}, 'NO_TESTS_RAN'],
    ['a critical test that passed', [one('a')], { critical: ['a'] }, undefined],
    ['a critical test named with its suite', [one('a')], { critical: ['shop > a'] }, undefined],
    ['a critical test that is gone', [one('a')], { critical: ['b'] }, 'CRITICAL_TESTS_MISSING'],
    [
      'a critical test that was skipped',
      [one('a'), one('b', 'skipped')],
      { critical: ['b'] },
      'CRITICAL_TESTS_MISSING',
    ],
    [
      'a report of coverage that was declared and holds no line',
      [one('a')],
      { expectsCoverage: true },
      'COVERAGE_TOO_LOW',
    ],
  ])('on %s', (_title, cases, more, code) => {
    expect(codeOf(cases, more)).toBe(code);
  });

  test('on coverage counts all files together and names the worst', () => {
    const coverage = new Map([
      ['src/a.js', { lines: 100, covered: 99 }],
      ['src/b.js', { lines: 100, covered: 40 }],
    ]);
    const all = { ...rules, expectsCoverage: true };
    const seen = testsSeen([one('a')], [coverage], all);

    expect(refusalOf(seen, all)?.message).toBe(
      'tests reach 69.5 % of the lines (limit 80.0 %):\n  src/b.js: 60 lines not reached\n  src/a.js: 1 line not reached',
    );
    expect(testsLine(seen)).toBe('1 of 1 test passed, 69.5 % of lines covered');
    expect(refusalOf(seen, { ...all, minCoverage: 0.695 })).toBeNull();
  });
});

test('a matrix is all combinations of its values', () => {
  const all = combinationsOf({ NODE: ['22', '24'], DB: ['postgres', 'mariadb'] });

  expect(all.map(combinationText)).toEqual([
    'NODE=22 DB=postgres',
    'NODE=22 DB=mariadb',
    'NODE=24 DB=postgres',
    'NODE=24 DB=mariadb',
  ]);
  expect(combinationsOf({})).toEqual([{}]);
});
