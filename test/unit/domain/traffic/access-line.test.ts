import { expect, test } from 'vitest';
import { readAccessLine } from '../../../../src/domain/traffic/access-line.ts';

test.each([
  ['an answer', '1.4.0-abc 200 0.012 OK', 'answered'],
  ['a page that is not there', '1.4.0-abc 404 0.001 OK', 'answered'],
  ['a fault of the application', '1.4.0-abc 500 0.001 OK', 'failed'],
  ['a release that refuses or resets', '1.4.0-abc 502 0.000 OK', 'failed'],
  ['a release that is silent', '1.4.0-abc 504 60.000 OK', 'failed'],
  ['a client that left before an answer', '1.4.0-abc 499 0.500 ', 'left'],
  ['a client that left in the middle of one', '1.4.0-abc 200 0.500 ', 'left'],
] as const)('%s is told by its line', (_what, line, how) => {
  expect(readAccessLine(line)).toMatchObject({ releaseId: '1.4.0-abc', how });
});

test('a time is taken in the middle of the millisecond that the log gives', () => {
  expect(readAccessLine('1.4.0-abc 200 0.012 OK')?.durationMs).toBe(12.5);
});

test('a WebSocket has no time that could be compared', () => {
  expect(readAccessLine('1.4.0-abc 101 12.000 OK')).toMatchObject({ how: 'answered', durationMs: null });
});

test('a line of no release tells nothing', () => {
  for (const line of ['- 503 0.000 OK', '', '1.4.0-abc x 0 OK']) expect(readAccessLine(line)).toBeNull();
});
