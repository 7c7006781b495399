import { expect, test } from 'vitest';
import { mapTexts } from '../../../../src/domain/report/map-texts.ts';

const shout = (text: string): string => text.toUpperCase();

test('every text of a value is changed, however deep; keys and other values stay', () => {
  expect(mapTexts({ a: 'x', b: ['y', { c: 'z', n: 1, t: true, u: null }] }, shout)).toEqual({
    a: 'X',
    b: ['Y', { c: 'Z', n: 1, t: true, u: null }],
  });
});

test('what JSON cannot hold becomes what it can', () => {
  const value = { big: 2n ** 64n, at: new Date(0), failed: new Error('oh'), run: () => 1 };
  expect(mapTexts(value, shout)).toEqual({
    big: '18446744073709551616',
    at: '1970-01-01T00:00:00.000Z',
    failed: 'OH',
    run: undefined,
  });
});
