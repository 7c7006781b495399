import { expect, test } from 'vitest';
import { expected, stackOf } from '../../../../src/entries/cli/unexpected.ts';
import {
  EnvironmentError,
  GateFailed,
  Inconclusive,
  InternalError,
  Interrupted,
  RollbackFailed,
  RolledBack,
} from '../../../../src/errors.ts';

const calm = new AbortController().signal;
const aborted = AbortSignal.abort(new Interrupted('INTERRUPTED', 'Interrupted by SIGINT.'));

test('an error that was foreseen stays what it is', () => {
  const error = new GateFailed('TESTS_FAILED', 'x');
  expect(expected(error, calm, '1.2.3')).toBe(error);
});

test.each([new Error('oh'), 'oh', { toString: () => 'oh' }])(
  'what nobody foresaw is our bug, with versions and where to report it',
  (thrown) => {
    const error = expected(thrown, calm, '1.2.3');
    expect(error).toBeInstanceOf(InternalError);
    expect(error).toMatchObject({ code: 'UNEXPECTED', exitCode: 1 });
    expect(error.message).toMatch(/^Fairway broke: oh \(fairway 1\.2\.3, Node \d+\.\d+\.\d+, \w+ \w+\)\.$/);
    expect(error.hint).toContain('report');
  },
);

test('the stack is that of the bug, and only bugs have one', () => {
  const bug = new Error('oh');
  expect(stackOf(expected(bug, calm, '1.2.3'))).toBe(bug.stack);
  expect(stackOf(new GateFailed('TESTS_FAILED', 'x'))).toBeNull();
});

test.each([new Error('aborted'), new EnvironmentError('TOOL_KILLED', 'x'), new GateFailed('TESTS_FAILED', 'x')])(
  'after a signal, what the signal broke is an interruption',
  (thrown) => {
    expect(expected(thrown, aborted, '1.2.3')).toBe(aborted.reason);
  },
);

test.each([new RolledBack('A', 'x'), new RollbackFailed('B', 'x'), new Inconclusive('C', 'x')])(
  'after a signal, what became of the traffic is still said',
  (thrown) => {
    expect(expected(thrown, aborted, '1.2.3')).toBe(thrown);
  },
);
