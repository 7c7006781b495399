import { expect, test } from 'vitest';
import { count, formatBytes, formatDuration } from '../../../../src/domain/report/quantities.ts';

test.each([
  [0, '0 ms'],
  [-5, '0 ms'],
  [339.6, '340 ms'],
  [999.6, '1.0 s'],
  [1_234, '1.2 s'],
  [59_949, '59.9 s'],
  [59_950, '1 min'],
  [125_000, '2 min 5 s'],
  [3_600_000, '1 h'],
  [3_780_000, '1 h 3 min'],
  [90_000_000, '25 h'],
])('%d ms are %s', (ms, expected) => {
  expect(formatDuration(ms)).toBe(expected);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [1_234_567, '1.2 MB'],
  [999_960, '1.0 MB'],
  [5e15, '5000.0 TB'],
])('%d bytes are %s', (bytes, expected) => {
  expect(formatBytes(bytes)).toBe(expected);
});

test('one is singular, the rest plural, thousands have a comma', () => {
  expect([count(1, 'file'), count(0, 'file'), count(12_345, 'request')]).toEqual([
    '1 file',
    '0 files',
    '12,345 requests',
  ]);
});
