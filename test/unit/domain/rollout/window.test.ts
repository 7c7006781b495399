import { expect, test } from 'vitest';
import { isInside, readWindow } from '../../../../src/domain/rollout/window.ts';

const inside = (text: string, at: string): boolean => {
  const window = readWindow(text);
  if (window === null) throw new Error(`${text} is no window`);
  return isInside(window, new Date(at));
};

// 2026-01-03 is a Saturday.
test.each([
  ['03:00-04:00', '2026-01-03T03:00:00Z', true],
  ['03:00-04:00', '2026-01-03T04:00:00Z', false],
  ['sat 03:00-04:00', '2026-01-03T03:59:59Z', true],
  ['sun 03:00-04:00', '2026-01-03T03:30:00Z', false],
  ['sat 22:00-02:00', '2026-01-03T23:59:00Z', true],
  ['sat 22:00-02:00', '2026-01-04T01:59:00Z', true],
  ['sat 22:00-02:00', '2026-01-03T01:00:00Z', false],
  ['sat 22:00-02:00', '2026-01-04T02:00:00Z', false],
  ['22:00-02:00', '2026-01-07T01:00:00Z', true],
])('%s at %s: %s', (window, at, expected) => {
  expect(inside(window, at)).toBe(expected);
});

test.each(['', '3:00-4:00', '24:00-01:00', '03:00-03:00', 'saturday 03:00-04:00', '03:00 - 04:00'])(
  '"%s" is no window',
  (text) => {
    expect(readWindow(text)).toBeNull();
  },
);
