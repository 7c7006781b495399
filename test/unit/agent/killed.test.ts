import { describe, expect, test } from 'vitest';
import type { Files } from '../../../src/ports.ts';
import { journalPath, openBench, openHost, records, release, scope } from './bench.ts';
import type { Host } from './bench.ts';
import { killAt, moments } from './killing.ts';

const canary = release('1.1.0', { steps: [{ weightPercent: 50, holdMs: 1_000 }] });

/** 1.0.0 serves, and the agent that deployed it is gone. */
async function hostWithRelease(): Promise<Host> {
  const host = openHost();
  const life = { isOver: false };
  await (await openBench(host, host.files, life)).deploy(release('1.0.0'));
  life.isOver = true;
  return host;
}

/** Only one release serves, it is the one that everybody takes for stable, and nothing else runs. */
async function expectOneRelease(host: Host, allowed: readonly string[]): Promise<string> {
  const bench = await openBench(host);
  await bench.pass(host.clock.sleep(20_000));
  const [app] = (await bench.ask({ type: 'status', ...scope })).apps;
  const stable = app?.stable?.version ?? '';

  expect(allowed).toContain(stable);
  expect(app?.rollout).toBeNull();
  expect(host.proxy.weights()).toEqual({ [stable]: 100 });
  expect(host.proxy.stable()).toBe(stable);
  expect(host.target.running()).toEqual([`${stable}/web`]);
  return stable;
}

describe('an agent that is killed', () => {
  test.each(moments)('with %s of any line on disk ends with one release that has all traffic', async (moment) => {
    const ends: string[] = [];
    for (let line = 1; line < 100; line += 1) {
      const host = await hostWithRelease();
      if (!(await killAt(host, canary, line, moment))) break;
      ends.push(await expectOneRelease(host, ['1.0.0', '1.1.0']));
    }

    expect(ends.length).toBeGreaterThan(15);
    // Nobody follows after the kill: what was not promoted returned to stable, what was stayed.
    expect(ends.toSorted()).toEqual(ends);
    expect(new Set(ends)).toEqual(new Set(['1.0.0', '1.1.0']));
  });

  test('at any line goes on to the promotion when its client is still there', async () => {
    let resumed = 0;
    for (let line = 1; line < 100; line += 1) {
      const host = await hostWithRelease();
      if (!(await killAt(host, canary, line, 'half'))) break;
      const bench = await openBench(host);
      const end = await bench.follow('rollout-1.1.0').catch((error: { code: string }) => error.code);
      // Killed before the plan was on disk: nothing was begun.
      if (end === 'NO_SUCH_ROLLOUT') continue;
      resumed += 1;
      expect(end).toMatchObject({ outcome: 'ok' });
      expect(host.proxy.weights()).toEqual({ '1.1.0': 100 });
      expect(host.target.running()).toEqual(['1.1.0/web']);
    }

    expect(resumed).toBeGreaterThan(12);
  });

  test('three times without getting any further gives the new release up', async () => {
    const host = await hostWithRelease();
    const plan = release('1.1.0', { steps: [{ weightPercent: 50, holdMs: 600_000 }], leaseMs: 600_000 });
    const ids = { rolloutId: plan.rolloutId };
    const begun = { isOver: false };
    const first = await openBench(host, host.files, begun);
    await first.lock(plan);
    await first.ask({ type: 'deploy', plan, secrets: {} });
    await first.pass(host.clock.sleep(1_000));
    begun.isOver = true;
    for (let start = 1; start <= 2; start += 1) {
      const life = { isOver: false };
      const bench = await openBench(host, host.files, life);
      await bench.pass(host.clock.sleep(1_000));
      expect(host.proxy.weights()).toEqual({ '1.0.0': 50, '1.1.0': 50 });
      life.isOver = true;
    }
    const end = await (await openBench(host)).follow(ids.rolloutId);

    expect(end).toMatchObject({ outcome: 'rolled-back', code: 'AGENT_RESTARTED' });
    expect(host.proxy.weights()).toEqual({ '1.0.0': 100 });
  });
});

describe('an agent that is killed at any line of a first deploy', () => {
  test.each(moments)('with %s of it on disk leaves a release that serves, or nothing at all', async (moment) => {
    const ends: string[] = [];
    for (let line = 1; line < 100; line += 1) {
      const host = openHost();
      if (!(await killAt(host, release('1.0.0'), line, moment))) break;
      const bench = await openBench(host);
      await bench.pass(host.clock.sleep(20_000));
      ends.push(host.target.running().join(' '));
      if (host.target.running().length > 0) expect(host.proxy.weights()).toEqual({ '1.0.0': 100 });
      else expect(host.proxy.isUp()).toBe(false);
      expect((await bench.ask({ type: 'status' })).apps.every(({ rollout }) => rollout === null)).toBe(true);
    }

    expect(ends.length).toBeGreaterThan(8);
    expect(new Set(ends)).toEqual(new Set(['', '1.0.0/web']));
  });
});

describe('an agent that is killed while it takes everything down', () => {
  test('has the next one finish it', async () => {
    const host = await hostWithRelease();
    const life = { isOver: false };
    const doomed = await openBench(host, host.files, life);
    host.target.onCall = (call) => {
      life.isOver ||= call.startsWith('discard');
    };
    doomed.ask({ type: 'down', ...scope }).catch(() => undefined);
    await host.clock.advance(1_000);
    expect(life.isOver).toBe(true);
    const bench = await openBench(host);

    expect(host.target.running()).toEqual([]);
    expect(host.target.prepared()).toEqual([]);
    expect(host.proxy.isUp()).toBe(false);
    expect(bench.agent.isIdle()).toBe(true);
    expect(Object.keys(host.files.texts()).every((path) => path.includes('/history/'))).toBe(true);
  });
});

describe('a disk that takes no record', () => {
  test('sends all traffic to the stable release at once, and the rollout ends rolled back when there is room again', async () => {
    const host = await hostWithRelease();
    let isFull = false;
    const files: Files = {
      ...host.files,
      async appendDurable(path, content) {
        if (isFull && path === journalPath) {
          await host.files.appendDurable(path, content.slice(0, 20));
          throw new Error('ENOSPC: no space left on device');
        }
        await host.files.appendDurable(path, content);
      },
      async writeAtomic(path, content, mode) {
        if (isFull && path === journalPath) throw new Error('ENOSPC: no space left on device');
        await host.files.writeAtomic(path, content, mode);
      },
    };
    const bench = await openBench(host, files);
    const plan = release('1.1.0', { leaseMs: 600_000 });
    await bench.lock(plan);
    let fullWeights: unknown = null;
    await bench.ask({ type: 'deploy', plan, secrets: {} });
    const following = bench.follow(plan.rolloutId, ({ kind, weightPercent }) => {
      isFull ||= kind === 'observe' && weightPercent === 25;
    });
    void bench.pass(
      host.clock.sleep(8_000).then(() => {
        fullWeights = host.proxy.weights();
        isFull = false;
      }),
    );
    const end = await following;

    expect(fullWeights).toEqual({ '1.0.0': 100, '1.1.0': 0 });
    expect(end).toMatchObject({ code: 'JOURNAL_NOT_WRITTEN' });
    expect(end.message).toContain('All traffic is back on 1.0.0');
    expect(host.target.running()).toEqual(['1.0.0/web']);
    await openBench(host);
  });
});

describe('an agent that begins again long after the lease has run out', () => {
  test('turns back once, step by step, and not many times at once', async () => {
    for (let line = 4; line < 14; line += 1) {
      const host = await hostWithRelease();
      if (!(await killAt(host, canary, line, 'all'))) break;
      await host.clock.advance(600_000);
      const before = records(host).length;
      const bench = await openBench(host);
      await bench.pass(host.clock.sleep(20_000));
      const [ended] = (await bench.ask({ type: 'history', ...scope, limit: 1 })).entries;

      expect(ended?.end.code, `line ${line}`).toMatch(/^(CLIENT_LOST|PROMOTED)$/);
      expect(host.target.running()).toHaveLength(1);
      expect(host.proxy.calls.filter((call) => call === 'shift 1.0.0=100').length).toBeLessThan(4);
      expect(before).toBeGreaterThan(0);
    }
  });
});

describe('an agent that keeps the old release warm and watches the new one', () => {
  test.each(moments)(
    'killed with %s of any line on disk, leaves one release and nothing warm in the end',
    async (moment) => {
      const plan = { ...canary, warmMs: 30_000, watchMs: 60_000 };
      const ends = new Set<string>();
      for (let line = 1; line < 100; line += 1) {
        const host = await hostWithRelease();
        if (!(await killAt(host, plan, line, moment))) break;
        const bench = await openBench(host);
        await bench.pass(host.clock.sleep(90_000));
        const [app] = (await bench.ask({ type: 'status', ...scope })).apps;
        const stable = app?.stable?.version ?? '';
        ends.add(stable);

        expect(host.proxy.weights(), `line ${line}`).toEqual({ [stable]: 100 });
        expect(host.target.running(), `line ${line}`).toEqual([`${stable}/web`]);
        expect(app?.watch?.end ?? null, `line ${line}`).toEqual(app?.watch == null ? null : expect.anything());
      }

      expect([...ends].toSorted()).toEqual(['1.0.0', '1.1.0']);
    },
  );
});
