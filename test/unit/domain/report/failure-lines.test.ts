import { expect, test } from 'vitest';
import { failureLines } from '../../../../src/domain/report/failure-lines.ts';
import { ConfigError, type FairwayError, GateFailed, RolledBack } from '../../../../src/errors.ts';

const lines = (error: FairwayError): readonly string[] =>
  failureLines(error).map((line) => line.spans.map((span) => span.text).join(''));

test('an error says its code, what happened, and the next step', () => {
  const error = new RolledBack('CANARY_ERROR_RATE', '20.0 % of 1,000 requests failed on v1.4.0 (limit 10 %).', {
    hint: 'Look at fairway logs 1.4.0.',
  });
  expect(lines(error)).toEqual([
    'CANARY_ERROR_RATE: 20.0 % of 1,000 requests failed on v1.4.0 (limit 10 %).',
    'next: Look at fairway logs 1.4.0.',
  ]);
});

test('each problem stands on a line of its own with its place', () => {
  const error = new ConfigError('CONFIG_INVALID', 'fairway.yml has 2 problems.', {
    problems: [
      { path: 'buid', message: 'is not known here', file: 'fairway.yml', line: 2, column: 1 },
      { path: '--env', message: 'needs a value' },
    ],
  });
  expect(lines(error)).toEqual([
    'CONFIG_INVALID: fairway.yml has 2 problems.',
    '  fairway.yml:2:1  buid: is not known here',
    '  --env: needs a value',
  ]);
});

test('a problem of a whole file does not name it twice', () => {
  const problems = [{ path: 'fairway.yml', file: 'fairway.yml', line: 3, column: 2, message: 'a tab cannot indent' }];
  const error = new ConfigError('CONFIG_INVALID', 'fairway.yml cannot be read.', { problems });
  expect(lines(error)[1]).toBe('  fairway.yml:3:2  a tab cannot indent');
});

test('a message of several lines, such as the last lines of a log, stays readable and harmless', () => {
  const error = new GateFailed('TESTS_FAILED', 'npm test ended with 1:\n  not ok 3\u001B[2J\n', {
    hint: 'Try:\nnpm test',
  });
  expect(lines(error)).toEqual(['TESTS_FAILED: npm test ended with 1:', '    not ok 3', 'next: Try:', '  npm test']);
});
