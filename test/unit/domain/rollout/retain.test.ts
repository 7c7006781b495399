import { describe, expect, test } from 'vitest';
import { previousOf, toDiscard } from '../../../../src/domain/rollout/retain.ts';
import type { Held } from '../../../../src/domain/rollout/retain.ts';

function promoted(version: string, day: number, changes: Partial<Held> = {}): Held {
  const at = `2025-01-0${day}T00:00:00Z`;
  return { id: version, version, promotedAt: at, withdrawn: false, since: at, ...changes };
}

const [a, b, c] = [promoted('1.0.0', 1), promoted('1.1.0', 2), promoted('1.2.0', 3)];
const failed = (version: string, day: number): Held => promoted(version, day, { promotedAt: null });

describe('a rollback', () => {
  test('goes to the release before, or to a named one', () => {
    expect(previousOf([a, b, c], c, null)).toBe(b);
    expect(previousOf([a, b, c], b, null)).toBe(a);
    expect(previousOf([a, b, c], c, '1.0.0')).toBe(a);
  });

  test('never goes forward again by itself to what somebody rolled back from', () => {
    const bad = promoted('1.2.0', 3, { withdrawn: true });
    const next = promoted('1.3.0', 4);

    expect(previousOf([a, b, bad, next], next, null)).toBe(b);
    expect(previousOf([a, b, bad, next], next, '1.2.0')).toBe(bad);
  });

  test('has nowhere to go from the first release, to one that never served, or to one that is gone', () => {
    expect(previousOf([a], a, null)).toBeNull();
    expect(previousOf([a, failed('1.1.0', 2)], a, '1.1.0')).toBeNull();
    expect(previousOf([a, b], b, '0.9.0')).toBeNull();
    expect(previousOf([a, b], b, '1.1.0')).toBeNull();
  });
});

describe('of the releases on disk', () => {
  test('the stable one and the newest others are kept, as many as asked for', () => {
    expect(toDiscard([a, b, c], '1.2.0', 2)).toEqual(['1.0.0']);
    expect(toDiscard([a, b, c], '1.2.0', 3)).toEqual([]);
  });

  test('one to return to is always kept', () => {
    expect(toDiscard([a, b], '1.1.0', 1)).toEqual([]);
  });

  test('the last two that failed stay for their logs', () => {
    const releases = [a, failed('1.1.0', 2), failed('1.2.0', 3), failed('1.3.0', 4)];

    expect(toDiscard(releases, '1.0.0', 5)).toEqual(['1.1.0']);
  });
});
