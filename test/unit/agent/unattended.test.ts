import { describe, expect, test } from 'vitest';
import { openBench, openHost, release, scope } from './bench.ts';
import type { Bench, Host } from './bench.ts';

const hour = 3_600_000;

async function serving(): Promise<{ host: Host; bench: Bench }> {
  const host = openHost();
  const bench = await openBench(host);
  await bench.deploy(release('1.0.0'));
  return { host, bench };
}

/** Hand a plan over and go away: nobody follows, nobody renews, and the lock is given back. */
async function leave(bench: Bench, plan: ReturnType<typeof release>): Promise<void> {
  await bench.lock(plan);
  await bench.ask({ type: 'deploy', plan, secrets: {} });
  await bench.ask({ type: 'unlock', ...scope, runId: plan.runId });
}

describe('a rollout that was left to the agent', () => {
  test('is promoted although nobody is heard for far longer than the lease, and its outcome can be collected', async () => {
    const { host, bench } = await serving();
    await leave(bench, release('1.1.0', { leaseMs: 500, unattendedMs: hour }));
    await bench.pass(host.clock.sleep(30_000));

    const [app] = (await bench.ask({ type: 'status' })).apps;
    expect(app).toMatchObject({
      stable: { version: '1.1.0' },
      rollout: null,
      lastRollout: { rolloutId: 'rollout-1.1.0', end: { outcome: 'ok', code: 'PROMOTED' } },
    });
    expect(await bench.follow('rollout-1.1.0', undefined, false)).toMatchObject({ code: 'PROMOTED' });
  });

  test('is rolled back by itself when it is bad, and whoever asks later is told', async () => {
    const { host, bench } = await serving();
    await leave(
      bench,
      release('1.1.0', { leaseMs: 500, unattendedMs: hour, steps: [{ weightPercent: 25, holdMs: 9_000 }] }),
    );
    await bench.pass(host.clock.sleep(3_000));
    host.proxy.count('1.1.0', 100, 60);
    await bench.pass(host.clock.sleep(5_000));

    const [app] = (await bench.ask({ type: 'status' })).apps;
    expect(app).toMatchObject({
      stable: { version: '1.0.0' },
      lastRollout: { end: { outcome: 'rolled-back', code: 'CANARY_ERROR_RATE' } },
    });
  });

  test('keeps others out while it runs, and says until when it may go on', async () => {
    const { host, bench } = await serving();
    const steps = [{ weightPercent: 25, holdMs: 60_000 }];
    await leave(bench, release('1.1.0', { leaseMs: 500, unattendedMs: hour, steps }));
    await bench.pass(host.clock.sleep(5_000));

    await expect(bench.lock(release('1.2.0'))).rejects.toMatchObject({ code: 'LOCK_HELD' });
    const [app] = (await bench.ask({ type: 'status' })).apps;
    const { startedAt = '', unattendedUntil } = app?.rollout ?? {};
    expect(Date.parse(unattendedUntil ?? '') - Date.parse(startedAt)).toBe(hour);
  });

  test('returns to stable, inconclusive, when its time is over', async () => {
    const { host, bench } = await serving();
    const steps = [{ weightPercent: 25, holdMs: 120_000 }];
    await leave(bench, release('1.1.0', { leaseMs: 500, unattendedMs: 20_000, steps }));
    await bench.pass(host.clock.sleep(40_000));

    const [app] = (await bench.ask({ type: 'status' })).apps;
    expect(app).toMatchObject({
      stable: { version: '1.0.0' },
      rollout: null,
      lastRollout: { end: { outcome: 'inconclusive', code: 'UNATTENDED_TOO_LONG' } },
    });
  });

  test('goes on after its agent was killed, for nobody has to follow it', async () => {
    const host = openHost();
    const life = { isOver: false };
    const doomed = await openBench(host, host.files, life);
    await doomed.deploy(release('1.0.0'));
    const steps = [{ weightPercent: 25, holdMs: 20_000 }];
    await leave(doomed, release('1.1.0', { leaseMs: 500, unattendedMs: hour, steps }));
    await doomed.pass(host.clock.sleep(5_000));
    life.isOver = true;
    await host.clock.advance(60_000);
    const bench = await openBench(host);
    await bench.pass(host.clock.sleep(30_000));

    expect((await bench.ask({ type: 'status' })).apps[0]).toMatchObject({
      stable: { version: '1.1.0' },
      rollout: null,
    });
  });

  test('waits at a manual gate, and "promote" without a client lets it go on alone', async () => {
    const { host, bench } = await serving();
    const steps = [{ weightPercent: 25, holdMs: 1_000, pause: true }];
    await leave(bench, release('1.1.0', { leaseMs: 500, unattendedMs: hour, steps }));
    await bench.pass(host.clock.sleep(20_000));
    const [waiting] = (await bench.ask({ type: 'status' })).apps;
    await bench.ask({ type: 'promote', ...scope, unattendedMs: hour });
    await bench.pass(host.clock.sleep(20_000));
    const [after] = (await bench.ask({ type: 'status' })).apps;

    expect(waiting?.rollout).toMatchObject({ weightPercent: 25, phase: 'observe' });
    expect(waiting?.rollout?.pausedSince).not.toBeNull();
    expect(after).toMatchObject({ stable: { version: '1.1.0' }, rollout: null });
  });
});

test('a plan that comes while the rollout before still clears away waits for it, and is not refused', async () => {
  const { host, bench } = await serving();
  let isSlow = true;
  const { target } = host;
  const discard = target.discard.bind(target);
  target.discard = async (...given) => {
    if (isSlow) await host.clock.sleep(5_000);
    await discard(...given);
  };
  await bench.deploy(release('1.1.0', { keepReleases: 2 }));
  const first = await bench.deploy(release('1.2.0', { keepReleases: 2 }));
  const second = await bench.deploy(release('1.3.0', { keepReleases: 2 }));
  isSlow = false;

  expect([first.outcome, second.outcome]).toEqual(['ok', 'ok']);
});
