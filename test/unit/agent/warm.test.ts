import { describe, expect, test } from 'vitest';
import { openBench, openHost, release, scope } from './bench.ts';

const minute = 60_000;

describe('the release before the stable one', () => {
  test('runs on without traffic for as long as the plan keeps it warm, then it is stopped', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(release('1.0.0'));
    await bench.deploy(release('1.1.0', { warmMs: minute }));
    const [warm, weights] = [host.target.running(), host.proxy.weights()];
    await bench.pass(host.clock.sleep(2 * minute));

    expect(warm).toEqual(['1.0.0/web', '1.1.0/web']);
    expect(weights).toEqual({ '1.0.0': 0, '1.1.0': 100 });
    expect(host.target.running()).toEqual(['1.1.0/web']);
    expect(host.proxy.weights()).toEqual({ '1.1.0': 100 });
  });

  test('is switched back to without being started again', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(release('1.0.0'));
    const plan = release('1.1.0', { warmMs: minute });
    await bench.deploy(plan);
    const starts = host.target.calls.filter((call) => call.startsWith('start')).length;
    const again = { ...plan, runId: 'run-back' };
    await bench.lock(again);
    const { rolloutId } = await bench.ask({ type: 'rollback', ...scope, version: null, runId: 'run-back' });
    const end = await bench.follow(rolloutId);

    expect(end).toMatchObject({ outcome: 'ok' });
    expect(host.proxy.weights()).toEqual({ '1.0.0': 100 });
    expect(host.target.calls.filter((call) => call.startsWith('start'))).toHaveLength(starts);
    expect(host.target.running()).toEqual(['1.0.0/web']);
  });

  test('makes room for the next rollout, so that never three releases run at once', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(release('1.0.0'));
    await bench.deploy(release('1.1.0', { warmMs: minute }));
    let most = 0;
    host.target.onCall = () => {
      most = Math.max(most, host.target.running().length);
    };
    await bench.deploy(release('1.2.0', { warmMs: minute }));

    expect(most).toBe(2);
    expect(host.target.running()).toEqual(['1.1.0/web', '1.2.0/web']);
  });

  test('is stopped by the next agent when the one that kept it warm was killed', async () => {
    const host = openHost();
    const life = { isOver: false };
    const doomed = await openBench(host, host.files, life);
    await doomed.deploy(release('1.0.0'));
    await doomed.deploy(release('1.1.0', { warmMs: minute }));
    life.isOver = true;
    await host.clock.advance(2 * minute);
    const bench = await openBench(host);
    await bench.pass(host.clock.sleep(5_000));

    expect(host.target.running()).toEqual(['1.1.0/web']);
  });
});
