import { describe, expect, test } from 'vitest';
import { processSpec } from '../domain/rollout/plans.ts';
import { openBench, openHost, release, scope } from './bench.ts';
import { killAt, moments } from './killing.ts';

const recreated = (version: string) => {
  const plan = release(version, { strategy: 'recreate', steps: [{ weightPercent: 100, holdMs: 1_000 }] });
  return {
    ...plan,
    release: {
      ...plan.release,
      processes: [processSpec(), processSpec({ name: 'mailer', traffic: false, singleton: true })],
    },
  };
};

describe('a release that is recreated', () => {
  test('never runs beside the old one, and users see the page meanwhile', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(recreated('1.0.0'));
    const seen: string[] = [];
    host.target.onCall = (call) => seen.push(`${call}, ${host.proxy.isClosed() ? 'closed' : 'open'}`);
    const end = await bench.deploy(recreated('1.1.0'));

    expect(end).toMatchObject({ outcome: 'ok', code: 'PROMOTED' });
    expect(seen).toEqual([
      'prepare 1.1.0, open',
      'stop 1.0.0/web, closed',
      'stop 1.0.0/mailer, closed',
      'start 1.1.0/web, closed',
      'start 1.1.0/mailer, closed',
    ]);
    expect(host.proxy.isClosed()).toBe(false);
    expect(host.proxy.weights()).toEqual({ '1.1.0': 100 });
  });

  test('that fails its smoke is ended, and the old one runs again before users are let in', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(recreated('1.0.0'));
    let smokes = 0;
    host.smoke = () => ((smokes += 1) === 1 ? 'fail' : 'pass');
    const end = await bench.deploy(recreated('1.1.0'));

    expect(end).toMatchObject({ outcome: 'rolled-back', code: 'SMOKE_FAILED' });
    expect(host.target.running()).toEqual(['1.0.0/mailer', '1.0.0/web']);
    expect(host.proxy.isClosed()).toBe(false);
    expect(host.proxy.weights()).toEqual({ '1.0.0': 100 });
  });

  test('is recreated on the way back, too', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(recreated('1.0.0'));
    await bench.deploy(recreated('1.1.0'));
    const plan = { ...recreated('1.0.0'), runId: 'back' };
    await bench.lock(plan);
    const { rolloutId } = await bench.ask({ type: 'rollback', ...scope, version: null, runId: 'back' });
    let most = 0;
    host.target.onCall = () => (most = Math.max(most, host.target.running().length));
    const end = await bench.follow(rolloutId);

    expect(end.outcome).toBe('ok');
    expect(most).toBeLessThanOrEqual(2);
    expect(host.target.running()).toEqual(['1.0.0/mailer', '1.0.0/web']);
  });

  test.each(moments)(
    'whose agent is killed with %s of any line on disk ends with one release that runs, and without the page',
    async (moment) => {
      const ends = new Set<string>();
      let lines = 0;
      for (let line = 1; line < 60; line += 1, lines += 1) {
        const host = openHost();
        const life = { isOver: false };
        await (await openBench(host, host.files, life)).deploy(recreated('1.0.0'));
        life.isOver = true;
        if (!(await killAt(host, recreated('1.1.0'), line, moment))) break;
        const bench = await openBench(host);
        await bench.pass(host.clock.sleep(30_000));
        const stable = host.proxy.stable() ?? '';
        ends.add(stable);
        expect(host.target.running(), `line ${line}`).toEqual([`${stable}/mailer`, `${stable}/web`]);
        expect(host.proxy.isClosed(), `line ${line}`).toBe(false);
        expect(host.proxy.weights(), `line ${line}`).toEqual({ [stable]: 100 });
      }

      expect(lines).toBeGreaterThan(10);
      expect([...ends].toSorted()).toEqual(['1.0.0', '1.1.0']);
    },
  );
});

describe('workers without traffic', () => {
  const workers = (version: string) => {
    const plan = release(version, { strategy: 'rolling', steps: [{ weightPercent: 100, holdMs: 2_000 }] });
    const processes = [
      processSpec({ name: 'worker', traffic: false }),
      processSpec({ name: 'clock', traffic: false, singleton: true }),
    ];
    return { ...plan, release: { ...plan.release, processes } };
  };

  test('are replaced without a proxy, and the singleton is handed over at the promotion', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(workers('1.0.0'));
    const end = await bench.deploy(workers('1.1.0'));
    const [app] = (await bench.ask({ type: 'status' })).apps;

    expect(end).toMatchObject({ outcome: 'ok' });
    expect(host.target.running()).toEqual(['1.1.0/clock', '1.1.0/worker']);
    expect(host.proxy.calls).toEqual([]);
    expect(app).toMatchObject({ url: null, stable: { version: '1.1.0' } });
  });

  test('that do not live through their hold are turned back, and the old ones were never stopped', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(workers('1.0.0'));
    const end = await bench.deploy(workers('1.1.0'), ({ kind }) => {
      if (kind === 'settle') host.target.exit('1.1.0/worker');
    });

    expect(end).toMatchObject({ outcome: 'rolled-back', code: 'RELEASE_EXITED' });
    expect(host.target.running()).toEqual(['1.0.0/clock', '1.0.0/worker']);
    expect(host.target.calls).not.toContain('stop 1.0.0/worker');
  });
});

describe('a run that closed the application for a migration and was lost', () => {
  test('has users let in again when the release that serves passes its smoke', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(recreated('1.0.0'));
    const plan = release('1.1.0', { leaseMs: 2_000 });
    await bench.lock(plan);
    await bench.ask({ type: 'maintain', ...scope, runId: plan.runId, isClosed: true });
    const before = host.proxy.isClosed();
    await bench.pass(host.clock.sleep(20_000));

    expect(before).toBe(true);
    expect(host.proxy.isClosed()).toBe(false);
    expect((await bench.ask({ type: 'status' })).apps[0]?.isClosed).toBe(false);
  });

  test('leaves the page where it is when that release fails: a page is better than a broken answer', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(recreated('1.0.0'));
    const plan = release('1.1.0', { leaseMs: 2_000 });
    await bench.lock(plan);
    await bench.ask({ type: 'maintain', ...scope, runId: plan.runId, isClosed: true });
    host.smoke = () => 'fail';
    await bench.pass(host.clock.sleep(60_000));

    expect(host.proxy.isClosed()).toBe(true);
    expect((await bench.ask({ type: 'status' })).apps[0]?.isClosed).toBe(true);
  });

  test('nobody closes without the lock', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(recreated('1.0.0'));

    await expect(bench.ask({ type: 'maintain', ...scope, runId: 'somebody', isClosed: true })).rejects.toMatchObject({
      code: 'LOCK_LOST',
    });
  });
});
