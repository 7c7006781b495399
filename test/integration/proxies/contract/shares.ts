import { expect, test } from 'vitest';
import { startLoad } from '../../../load/load.ts';
import { ask, askMany } from '../client.ts';
import type { ProxyUnderTest } from './under-test.ts';

/** Shares of traffic: hit by chance, switched at once, and refused when they make no sense. */
export function sharesContract(at: ProxyUnderTest): void {
  test('before the first release users get a short page that says so', async () => {
    const { status, headers, body } = await ask(at.url('/'));

    expect(status).toBe(503);
    expect(headers['content-type']).toContain('text/plain');
    expect(body.toString()).toMatch(/^No release serves here yet\..{0,80}$/s);
    expect(await at.proxy.stats()).toEqual([]);
  });

  test('a release that was added gets nothing until a shift says so', async () => {
    const [stable, canary] = await at.two();
    await at.proxy.add(canary);

    expect(await askMany(at.url('/'), 200)).toEqual({ [stable.releaseId]: 200 });
    expect(canary.requests).toHaveLength(0);
  });

  test('shares of traffic are hit within the tolerance of chance', async () => {
    const [stable, canary] = await at.two();
    for (const [weight, total] of [
      [5, 4_000],
      [25, 2_000],
      [50, 2_000],
    ] as const) {
      await at.proxy.shift({ [stable.releaseId]: 100 - weight, [canary.releaseId]: weight });
      const answered = await askMany(at.url('/'), total);

      const expected = (total * weight) / 100;
      const deviation = Math.sqrt(expected * (1 - weight / 100));
      expect(answered[canary.releaseId]).toBeGreaterThan(expected - 4.5 * deviation);
      expect(answered[canary.releaseId]).toBeLessThan(expected + 4.5 * deviation);
      expect((answered[stable.releaseId] ?? 0) + (answered[canary.releaseId] ?? 0)).toBe(total);
    }
  });

  test('a shift is done when it answers: no request after it reaches the release of weight 0', async () => {
    const [stable, canary] = await at.two();
    for (let flip = 0; flip < 20; flip += 1) {
      const [to, from] = flip % 2 === 0 ? [canary, stable] : [stable, canary];
      await at.proxy.shift({ [to.releaseId]: 100 });
      const before = from.requests.length;
      expect(await askMany(at.url('/'), 50, 8)).toEqual({ [to.releaseId]: 50 });
      expect(from.requests).toHaveLength(before);
    }
  });

  test('fifty switches under a mixed load lose no request', async () => {
    const [stable, canary] = await at.two();
    const load = startLoad({
      url: at.proxy.url,
      requestsPerSecond: 200,
      freshShare: 0.4,
      mix: [
        { path: '/', weight: 6 },
        { path: '/echo', method: 'POST', body: 'an order', weight: 3 },
        { path: '/slow?n=400' },
      ],
    });
    for (let flip = 0; flip < 50; flip += 1) {
      await at.proxy.shift({ [(flip % 2 === 0 ? canary : stable).releaseId]: 100 });
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    const report = await load.stop();

    const tolerated = at.limits === null ? 0 : at.limits.dropsPerSwitch * 50;
    expect(report.failures.slice(tolerated)).toEqual([]);
    expect(report.byStatus['200']).toBe(report.requests - report.failed);
    expect(report.requests).toBeGreaterThan(400);
    expect(stable.requests.length).toBeGreaterThan(100);
    expect(canary.requests.length).toBeGreaterThan(100);
  });

  test('shares that do not add up and releases that nobody added are refused, and nothing changes', async () => {
    const [stable, canary] = await at.two();

    await expect(at.proxy.shift({ [stable.releaseId]: 60, [canary.releaseId]: 30 })).rejects.toMatchObject({
      code: 'BAD_WEIGHTS',
    });
    await expect(at.proxy.shift({ '9.9.9-0000000': 100 })).rejects.toMatchObject({ code: 'UNKNOWN_RELEASE' });
    await expect(at.proxy.persistStable('9.9.9-0000000')).rejects.toMatchObject({ code: 'UNKNOWN_RELEASE' });
    expect(await askMany(at.url('/'), 50)).toEqual({ [stable.releaseId]: 50 });
  });
}
