import { expect, test } from 'vitest';
import { hostUnfit } from '../../../../src/domain/rollout/host-fitness.ts';

const now = Date.parse('2026-05-04T12:00:00.000Z');
const wanted = { nowMs: now, tookMs: 200, diskBytes: 500e6, memoryBytes: 256e6 };
const facts = { now: '2026-05-04T12:00:00.100Z', freeDiskBytes: 10e9, availableMemoryBytes: 4e9 };

test('a host with room and the same time is taken', () => {
  expect(hostUnfit(facts, wanted)).toEqual([]);
});

test('a host that does not tell what it has is taken', () => {
  expect(hostUnfit({ ...facts, freeDiskBytes: null, availableMemoryBytes: null }, wanted)).toEqual([]);
});

test.each([
  ['2026-05-04T12:05:00.100Z', 'CLOCK_SKEW', 'the clock of the host is 300 s ahead of this one'],
  ['2026-05-04T11:59:00.100Z', 'CLOCK_SKEW', 'the clock of the host is 60 s behind this one'],
])('a host whose clock says %s is refused', (time, code, words) => {
  const [refusal] = hostUnfit({ ...facts, now: time }, wanted);

  expect(refusal).toMatchObject({
    code,
    reason: expect.stringContaining(words) as string,
    mend: 'timedatectl set-ntp true (on both)',
  });
});

test('a slow answer is no clock that is wrong', () => {
  expect(hostUnfit({ ...facts, now: '2026-05-04T12:00:50.000Z' }, { ...wanted, tookMs: 60_000 })).toEqual([]);
});

test('a disk and a memory without room for a second release are refused, each with its numbers', () => {
  const found = hostUnfit({ ...facts, freeDiskBytes: 100e6, availableMemoryBytes: 128e6 }, wanted);

  expect(found.map(({ code }) => code)).toEqual(['NO_ROOM_ON_DISK', 'NO_ROOM_FOR_TWO']);
  expect(found[0]?.reason).toContain('500.0 MB');
  expect(found[0]?.reason).toContain('100.0 MB');
});
