import { expect, test } from 'vitest';
import type { Clock } from '../../../src/ports.ts';

/** What every clock promises. `pass` lets `ms` go by where the clock does not do so by itself. */
export function clockContract(make: () => { clock: Clock; pass: (ms: number) => Promise<void> }): void {
  test('a sleep ends when its time has passed, and not before', async () => {
    const { clock, pass } = make();
    const begin = clock.monotonicMs();

    const asleep = clock.sleep(30);
    await pass(30);
    await asleep;

    expect(clock.monotonicMs() - begin).toBeGreaterThanOrEqual(29);
  });

  test('a sleep of nothing ends at once', async () => {
    const { clock } = make();

    await expect(clock.sleep(0)).resolves.toBeUndefined();
  });

  test('a sleep that is aborted rejects with the reason of the abort', async () => {
    const { clock } = make();
    const controller = new AbortController();
    const reason = new Error('stopped by a signal');

    const asleep = clock.sleep(3_600_000, controller.signal);
    controller.abort(reason);

    await expect(asleep).rejects.toBe(reason);
  });

  test('a sleep with a signal that was aborted before rejects with its reason', async () => {
    const { clock } = make();
    const reason = new Error('stopped before');

    await expect(clock.sleep(10, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test('wall time and monotonic time go forward together', async () => {
    const { clock, pass } = make();
    const [wall, monotonic] = [clock.now().getTime(), clock.monotonicMs()];

    const asleep = clock.sleep(20);
    await pass(20);
    await asleep;

    expect(clock.now().getTime() - wall).toBeGreaterThanOrEqual(15);
    expect(clock.monotonicMs()).toBeGreaterThan(monotonic);
  });
}
