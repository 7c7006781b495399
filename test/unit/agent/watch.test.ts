import { describe, expect, test } from 'vitest';
import { openBench, openHost, release, scope } from './bench.ts';
import type { Bench, Host } from './bench.ts';

const minute = 60_000;

async function watched(forMs: number): Promise<{ host: Host; bench: Bench }> {
  const host = openHost();
  const bench = await openBench(host);
  await bench.deploy(release('1.0.0'));
  await bench.deploy(release('1.1.0', { watchMs: forMs }));
  return { host, bench };
}

async function watchOf(bench: Bench) {
  return (await bench.ask({ type: 'status' })).apps[0]?.watch;
}

describe('a release that is watched after its promotion', () => {
  test('and fails more than the guard allows is rolled back by the agent alone, and whoever collects is told', async () => {
    const { host, bench } = await watched(60 * minute);
    await bench.pass(host.clock.sleep(5_000));
    host.proxy.count('1.1.0', 100, 30);
    await bench.pass(host.clock.sleep(10_000));

    expect(await watchOf(bench)).toMatchObject({
      version: '1.1.0',
      end: {
        outcome: 'rolled-back',
        code: 'WATCH_ROLLED_BACK',
        message: expect.stringContaining('1.1.0: 30.0 % of 100 requests failed within a minute (limit 10 %)'),
      },
    });
    expect(host.proxy.weights()).toEqual({ '1.0.0': 100 });
    expect(host.target.running()).toEqual(['1.0.0/web']);
  });

  test('and does well has that said at the end, with what was counted', async () => {
    const { host, bench } = await watched(2 * minute);
    await bench.pass(host.clock.sleep(5_000));
    host.proxy.count('1.1.0', 500, 1);
    await bench.pass(host.clock.sleep(3 * minute));

    expect((await watchOf(bench))?.end).toMatchObject({
      outcome: 'ok',
      code: 'WATCHED',
      message: '1.1.0 serves well: 1 of 500 requests failed in 2 min',
    });
    expect(host.proxy.weights()).toEqual({ '1.1.0': 100 });
  });

  test('and gets hardly any requests ends well with the words "low evidence"', async () => {
    const { host, bench } = await watched(minute);
    await bench.pass(host.clock.sleep(2 * minute));

    expect((await watchOf(bench))?.end?.message).toBe(
      '1.1.0 serves well: 0 of 0 requests failed in 60 s: low evidence',
    );
  });

  test('keeps what it saw when the agent is killed in between', async () => {
    const host = openHost();
    const life = { isOver: false };
    const doomed = await openBench(host, host.files, life);
    await doomed.deploy(release('1.0.0'));
    await doomed.deploy(release('1.1.0', { watchMs: 5 * minute }));
    await doomed.pass(host.clock.sleep(5_000));
    host.proxy.count('1.1.0', 300, 0);
    await doomed.pass(host.clock.sleep(2 * minute));
    life.isOver = true;
    await host.clock.advance(1_000);
    const bench = await openBench(host);
    await bench.pass(host.clock.sleep(4 * minute));

    expect((await watchOf(bench))?.end).toMatchObject({ code: 'WATCHED', outcome: 'ok' });
    expect((await watchOf(bench))?.seen.requests).toBe(300);
  });

  test('is not watched any more once a new plan comes', async () => {
    const { bench } = await watched(60 * minute);
    await bench.deploy(release('1.2.0'));

    expect(await watchOf(bench)).toMatchObject({ version: '1.1.0', end: { code: 'WATCH_REPLACED', outcome: 'ok' } });
  });

  test('is left alone while somebody else holds the lock, and that is said', async () => {
    const { host, bench } = await watched(60 * minute);
    await bench.pass(host.clock.sleep(5_000));
    await bench.lock(release('1.2.0', { leaseMs: 600_000 }));
    host.proxy.count('1.1.0', 100, 30);
    await bench.pass(host.clock.sleep(10_000));

    expect((await watchOf(bench))?.end).toMatchObject({ outcome: 'inconclusive', code: 'WATCH_LOCKED' });
    expect(host.proxy.weights()).toEqual({ '1.1.0': 100 });
  });

  test('without a release before it goes on serving, and that is exit code 5', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(release('1.0.0', { watchMs: 60 * minute }));
    await bench.pass(host.clock.sleep(5_000));
    host.proxy.count('1.0.0', 100, 100);
    await bench.pass(host.clock.sleep(10_000));

    expect((await watchOf(bench))?.end).toMatchObject({ outcome: 'rollback-failed', code: 'WATCH_NO_WAY_BACK' });
    expect(host.proxy.weights()).toEqual({ '1.0.0': 100 });
  });

  test('can be asked for later, too', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(release('1.0.0'));
    const { version } = await bench.ask({ type: 'watch', ...scope, forMs: minute });
    await bench.pass(host.clock.sleep(2 * minute));

    expect(version).toBe('1.0.0');
    expect((await watchOf(bench))?.end?.code).toBe('WATCHED');
  });
});
