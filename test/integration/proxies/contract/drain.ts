import { expect, test } from 'vitest';
import { ask, askMany, eventually } from '../client.ts';
import type { ProxyUnderTest } from './under-test.ts';

/** What happens to what is in flight. */
export function drainContract(at: ProxyUnderTest): void {
  test('a drain waits for what is in flight, and cuts nothing that ends in time', async () => {
    const [stable, canary] = await at.two();
    await at.proxy.shift({ [canary.releaseId]: 100 });
    const held = ask(at.url('/hold'));
    await eventually(async () => (await at.inFlight(canary)) === 1, 'one request in flight');
    await at.proxy.shift({ [stable.releaseId]: 100 });
    let drained = false;
    const draining = at.proxy.drain(canary.releaseId, 10_000).then((result) => {
      drained = true;
      return result;
    });
    expect(await askMany(at.url('/'), 50)).toEqual({ [stable.releaseId]: 50 });
    expect(drained).toBe(false);
    canary.release();

    expect(await draining).toEqual({ cut: 0 });
    expect((await held).body.toString()).toBe('begin end');
    expect(await at.proxy.drain(canary.releaseId, 10_000)).toEqual({ cut: 0 });
  });

  test('a drain cuts at its deadline what is still in flight, and says how many that were', async () => {
    const [stable, canary] = await at.two();
    await at.proxy.shift({ [canary.releaseId]: 100 });
    const asked = [ask(at.url('/hold')), ask(at.url('/never')), ask(at.url('/never'))];
    // Of what has not begun yet, a proxy may still say that it was cut.
    const results = Promise.all(
      asked.map(
        async (reply) => await reply.then(({ status }) => (status >= 500 ? 'cut' : 'answered')).catch(() => 'cut'),
      ),
    );
    await eventually(async () => (await at.inFlight(canary)) === 3, 'three requests in flight');
    await at.proxy.shift({ [stable.releaseId]: 100 });

    expect(await at.proxy.drain(canary.releaseId, 200)).toEqual({ cut: 3 });
    expect(await results).toEqual(['cut', 'cut', 'cut']);
    expect(await at.inFlight(canary)).toBe(0);
  });

  test('a release that still gets traffic is neither drained nor removed', async () => {
    const [stable] = await at.two();

    await expect(at.proxy.drain(stable.releaseId, 1_000)).rejects.toMatchObject({ code: 'STILL_SERVING' });
    await expect(at.proxy.remove(stable.releaseId)).rejects.toMatchObject({ code: 'STILL_SERVING' });
  });
}
