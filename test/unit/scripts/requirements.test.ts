import { expect, test } from 'vitest';
import { missing } from '../../requirements.ts';

test('a program that is on the path is not missing', () => {
  expect(missing(['git'])).toBeNull();
});

test('a program that is not is named with what brings it', () => {
  expect(missing(['git'], '/nowhere')).toBe('git (Debian package git)');
});
