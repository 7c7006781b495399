import { expect, test } from 'vitest';
import { readRequestLine } from '../../../../src/domain/traffic/request-line.ts';

/** `17 a1 1.5.0-abc s2 s2 1.4.0-abc 200 -- 1500` */
function line(status: number, ending: string, served = 's2', micros = 1_500): string {
  return `17 a1 1.5.0-abc s2 ${served} 1.4.0-abc ${status} ${ending} ${micros} /about`;
}
const ends = (text: string) => readRequestLine(text)?.ends;

test('an answer counts for the release that was chosen, with its time in milliseconds', () => {
  expect(readRequestLine(line(200, '--'))).toEqual({
    sequence: 17,
    app: 'a1',
    ends: [{ releaseId: '1.5.0-abc', how: 'answered', durationMs: 1.5 }],
    path: '/about',
  });
});

test.each([
  ['a page that is not there is an answer', 404, '--', 'answered'],
  ['a fault of the application is a failure', 500, '--', 'failed'],
  ['a release that refuses the connection fails', 503, 'SC', 'failed'],
  ['a release that resets the connection fails', 502, 'SH', 'failed'],
  ['an answer that ends in the middle fails', 200, 'SD', 'failed'],
  ['a release that is silent for too long fails', 504, 'sH', 'failed'],
  ['an answer that is no HTTP fails', 502, 'PH', 'failed'],
  ['a client that left tells nothing of the release', 200, 'CD', 'left'],
  ['a client that stops sending tells nothing of the release', 408, 'cD', 'left'],
  ['what we cut at the end of a drain is no failure', 503, 'KH', 'cut'],
  ['a WebSocket that its client closed was answered', 101, 'CD', 'answered'],
  ['a WebSocket that its release closed was answered', 101, 'SD', 'answered'],
  ['a WebSocket that we cut is no answer', 101, 'KD', 'cut'],
  ['a WebSocket that was silent for too long was cut', 101, 'sD', 'cut'],
] as const)('%s', (_title, status, ending, how) => {
  expect(ends(line(status, ending))).toMatchObject([{ releaseId: '1.5.0-abc', how }]);
});

test('a WebSocket has no time that could be compared', () => {
  expect(ends(line(101, '--'))).toMatchObject([{ durationMs: null }]);
});

test('a page that another release served counts as a failure of the one that refused', () => {
  expect(ends(line(200, '--', 's1'))).toEqual([
    { releaseId: '1.5.0-abc', how: 'failed', durationMs: null },
    { releaseId: '1.4.0-abc', how: 'answered', durationMs: 1.5 },
  ]);
});

test.each(['', '17 - - - <NOSRV> - 503 LR 12', '17 a1 - - <NOSRV> - 503 LR 12', 'something else'])(
  'a line that tells of no release is passed over: "%s"',
  (text) => {
    expect(readRequestLine(text)).toBeNull();
  },
);
