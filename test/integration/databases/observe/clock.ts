import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../../src/ports.ts';

export const clock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (ms) => sleep(ms),
};
