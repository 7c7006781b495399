import { expect, test } from 'vitest';
import { openBench, openHost, release } from './bench.ts';

const queue = { type: 'prometheus', name: 'queue length', failAbove: 100, every: 1_000, timeout: 1_000 };
const plan = release('1.1.0', { steps: [{ weightPercent: 25, holdMs: 5_000 }], metrics: [queue] });

async function deployed(metric: ReturnType<typeof openHost>['metric']) {
  const host = openHost();
  const bench = await openBench(host);
  await bench.deploy(release('1.0.0'));
  host.metric = metric;
  return { end: await bench.deploy(plan), host };
}

test('a metric above its limit turns the canary back at once', async () => {
  const { end, host } = await deployed(async () => ({ kind: 'value', value: 250 }));

  expect(end).toMatchObject({ outcome: 'rolled-back', code: 'METRIC_ABOVE_LIMIT' });
  expect(end.message).toContain('queue length is 250 (limit 100)');
  expect(host.proxy.weights()).toEqual({ '1.0.0': 100 });
});

test('a metric within its limit lets it pass', async () => {
  expect((await deployed(async () => ({ kind: 'value', value: 100 }))).end.outcome).toBe('ok');
});

test('a source that gives no number, dies or never answers is inconclusive: never pass, never fail', async () => {
  for (const metric of [
    async () => ({ kind: 'none', reason: 'the answer is not JSON' }) as const,
    async () => await Promise.reject(new Error('it died')),
    async () => await new Promise<never>(() => {}),
  ]) {
    const { end, host } = await deployed(metric);
    expect(end).toMatchObject({ outcome: 'inconclusive', code: 'METRIC_GONE' });
    expect(host.proxy.weights()).toEqual({ '1.0.0': 100 });
  }
});
