import { expect, test } from 'vitest';
import { ask, askMany, eventually } from '../client.ts';
import type { ProxyUnderTest } from './under-test.ts';

/** What is counted for whom: the evidence of a rollout. */
export function countsContract(at: ProxyUnderTest): void {
  test('requests and errors are counted per release: 5xx and resets are errors, 4xx and clients that left are not', async () => {
    const [, canary] = await at.two();
    await at.proxy.shift({ [canary.releaseId]: 100 });
    for (const path of ['/', '/', '/status?n=404', '/status?n=302']) await ask(at.url(path));
    expect(await at.statsOf(canary)).toMatchObject({ requests: 4, errors: 0, inFlight: 0 });

    for (const path of ['/status?n=500', '/status?n=503']) await ask(at.url(path));
    expect((await ask(at.url('/reset'))).status).toBe(502);
    await expect(ask(at.url('/half'))).rejects.toThrow();
    await eventually(async () => (await at.inFlight(canary)) === 0, 'all counted');
    // Three, or four with the answer that ended in the middle.
    const bad = at.limits?.overlooksHalfAnswers === true ? 3 : 4;
    const counted = { requests: 8, errors: bad };
    expect(await at.statsOf(canary)).toMatchObject({ ...counted, inFlight: 0 });

    const leaving = new AbortController();
    const left = ask(at.url('/never'), { signal: leaving.signal });
    await eventually(async () => (await at.inFlight(canary)) === 1, 'one request in flight');
    leaving.abort();
    await expect(left).rejects.toThrow();
    await eventually(async () => (await at.inFlight(canary)) === 0, 'none in flight');
    const stats = await at.statsOf(canary);
    expect(stats).toMatchObject(counted);
    expect(stats.p95Ms).toBeGreaterThan(0);
  });

  test('the percentile of latency is that of the release, not of the others', async () => {
    const [stable, canary] = await at.two();
    expect((await at.statsOf(canary)).p95Ms).toBeNull();
    await askMany(at.url('/'), 50);
    await at.proxy.shift({ [canary.releaseId]: 100 });
    await askMany(at.url('/slow?n=300'), 20, 20);

    expect((await at.statsOf(canary)).p95Ms).toBeGreaterThanOrEqual(290);
    expect((await at.statsOf(stable)).p95Ms).toBeLessThan((await at.statsOf(canary)).p95Ms ?? 0);
  });

  test('when a release dies, pages come from the stable one, and each refusal is counted as its error', async () => {
    const [stable, canary] = await at.two();
    await at.proxy.shift({ [canary.releaseId]: 100 });
    expect(await askMany(at.url('/'), 20)).toEqual({ [canary.releaseId]: 20 });
    await canary.die();

    const isLost = at.limits?.hasNoDetour === true;
    expect(await askMany(at.url('/'), 20)).toEqual(isLost ? { 502: 20 } : { [stable.releaseId]: 20 });
    expect(await at.statsOf(canary)).toMatchObject({ requests: 40, errors: 20, inFlight: 0 });
    expect(await at.statsOf(stable)).toMatchObject({ requests: isLost ? 0 : 20, errors: 0, inFlight: 0 });
  });

  test('what changes something is never sent twice: an order that a dead release refuses fails, or is sent to the stable one', async () => {
    const [stable, canary] = await at.two();
    await at.proxy.shift({ [canary.releaseId]: 100 });
    await canary.die();
    const { status } = await ask(at.url('/echo'), { method: 'POST', body: 'an order' });

    expect(status).toBe(at.detoursOrders ? 200 : 502);
    expect(stable.requests).toHaveLength(at.detoursOrders ? 1 : 0);
    expect(await at.statsOf(canary)).toMatchObject({ requests: 1, errors: 1 });
  });
}
