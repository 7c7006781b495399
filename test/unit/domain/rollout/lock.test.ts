import { describe, expect, test } from 'vitest';
import { decideLock } from '../../../../src/domain/rollout/lock.ts';
import type { Lock } from '../../../../src/domain/rollout/lock.ts';

const ann: Lock = {
  owner: { runId: 'run-ann', who: 'ann@laptop', command: 'ship', process: { pid: 7, startedAt: '1', bootId: 'b' } },
  since: '2025-01-01T00:00:00Z',
  leaseMs: 30_000,
};
const heard = { silentMs: 1_000, isProcessAlive: true };
const silent = { silentMs: 30_001, isProcessAlive: null };
const dead = { silentMs: 10, isProcessAlive: false };

describe('the lock', () => {
  test('is granted when nobody holds it, and again to the run that holds it', () => {
    expect(decideLock(null, 'run-bob', heard, 'none')).toEqual({ kind: 'granted', tookOverFrom: null });
    expect(decideLock(ann, 'run-ann', dead, 'goes-on')).toEqual({ kind: 'granted', tookOverFrom: null });
  });

  test('stays with an owner that is alive or within its lease', () => {
    expect(decideLock(ann, 'run-bob', heard, 'none')).toEqual({ kind: 'held', lock: ann });
    expect(decideLock(ann, 'run-bob', { silentMs: 30_000, isProcessAlive: null }, 'none').kind).toBe('held');
  });

  test('is lost at once by an owner whose process is gone, and after the lease by one that is silent', () => {
    expect(decideLock(ann, 'run-bob', dead, 'none')).toEqual({ kind: 'granted', tookOverFrom: ann.owner });
    expect(decideLock(ann, 'run-bob', silent, 'none')).toEqual({ kind: 'granted', tookOverFrom: ann.owner });
    // A client that was stopped and not killed loses it too.
    expect(decideLock(ann, 'run-bob', { silentMs: 30_001, isProcessAlive: true }, 'none').kind).toBe('granted');
  });

  test('of a lost owner waits for its rollout to return, and is kept by one that goes on without its client', () => {
    expect(decideLock(ann, 'run-bob', dead, 'returns')).toEqual({ kind: 'settle-first', lost: ann.owner });
    expect(decideLock(ann, 'run-bob', dead, 'goes-on')).toEqual({ kind: 'held', lock: ann });
  });

  test('that nobody holds is still refused while a held rollout waits for a person', () => {
    expect(decideLock(null, 'run-bob', heard, 'goes-on')).toEqual({ kind: 'held', lock: null });
    expect(decideLock(null, 'run-bob', heard, 'returns')).toEqual({ kind: 'settle-first', lost: null });
  });
});
