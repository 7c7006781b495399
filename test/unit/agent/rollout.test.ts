import type { RolloutRecord } from '../../../src/domain/rollout/messages.ts';
import { describe, expect, test } from 'vitest';
import { LockHeld } from '../../../src/errors.ts';
import { openBench, openHost, records, release, scope } from './bench.ts';

describe('a rollout', () => {
  test('is on disk before each thing that it does', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(release('1.0.0'));
    const announced: string[] = [];
    const look = (call: string): void => {
      const last = records(host).findLast((record) => record.kind === 'step');
      announced.push(`${last?.action?.type ?? 'nothing'}: ${call}`);
    };
    host.target.onCall = look;
    host.proxy.onCall = look;
    await bench.deploy(release('1.1.0'));
    host.target.onCall = () => {};
    host.proxy.onCall = () => {};

    const kept = announced.filter(
      (line) => !line.endsWith('ensure') && !line.endsWith('add 1.0.0') && !line.endsWith('add 1.1.0'),
    );
    expect(kept).toEqual([
      'prepare: prepare 1.1.0',
      'start: start 1.1.0/web',
      'shift: shift 1.0.0=95 1.1.0=5',
      'shift: shift 1.0.0=75 1.1.0=25',
      'shift: shift 1.0.0=0 1.1.0=100',
      'persist: persist 1.1.0',
      'drain-old: drain 1.0.0',
      'remove-old: remove 1.0.0',
      'stop-old: stop 1.0.0/web',
    ]);
    expect(announced).toContain('join: add 1.1.0');
  });

  test('of a canary that fails 3 of 20 requests is turned back at once, long before the hold is over', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(release('1.0.0'));
    const plan = release('1.1.0', { steps: [{ weightPercent: 25, holdMs: 500_000 }] });
    const end = await bench.deploy(plan, ({ kind }) => {
      if (kind === 'observe') host.proxy.count('1.1.0', 10, 2);
    });

    expect(end).toMatchObject({
      outcome: 'rolled-back',
      code: 'CANARY_ERROR_RATE',
      message: '1.1.0: 20.0 % of 20 requests failed (limit 10 %). All traffic is back on 1.0.0',
    });
    expect(end.holdMs).toBeLessThan(5_000);
    expect(host.proxy.weights()).toEqual({ '1.0.0': 100 });
    expect(host.target.running()).toEqual(['1.0.0/web']);
  });

  test('of a canary that fails where the baseline does not is turned back before any limit speaks, with the evidence', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(release('1.0.0'));
    const plan = release('1.1.0', { steps: [{ weightPercent: 5, holdMs: 500_000 }] });
    const seen: RolloutRecord[] = [];
    const end = await bench.deploy(plan, (record) => {
      seen.push(record);
      if (record.kind === 'observe') host.proxy.count('1.0.0', 19, 0);
      if (record.kind === 'observe') host.proxy.count('1.1.0', 1, 1);
    });

    expect(end).toMatchObject({
      outcome: 'rolled-back',
      code: 'CANARY_WORSE_ERRORS',
      facts: { share: 0.05, alpha: 0.01, rejectAt: 200, canary: { requests: 3, errors: 3 } },
    });
    const last = seen.findLast(({ kind }) => kind === 'observe');
    expect(last?.facts).toMatchObject({ canary: { errors: 3 }, baselineP95Ms: null });
    expect(last?.facts?.['eValue']).toBeGreaterThan(200);
  });

  test('of a canary that answers twice as slowly is turned back for it, with a limit that an earlier step froze', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(release('1.0.0'));
    const plan = release('1.1.0', {
      steps: [
        { weightPercent: 10, holdMs: 2_000 },
        { weightPercent: 25, holdMs: 500_000 },
      ],
    });
    let looks = 0;
    const end = await bench.deploy(plan, ({ kind, weightPercent }) => {
      if (kind !== 'observe') return;
      host.proxy.count('1.0.0', 300, 0);
      host.proxy.count('1.1.0', 100, 0);
      host.proxy.slow('1.0.0', 40, 0);
      if (weightPercent === 25) host.proxy.slow('1.1.0', 80, (looks += 1) * 10);
    });

    expect(end).toMatchObject({ outcome: 'rolled-back', code: 'CANARY_WORSE_LATENCY' });
    expect(end.facts).toMatchObject({ p95Ms: 80, baselineP95Ms: 40, slowAboveMs: 60, share: 0.25 });
  });

  test('whose proxy gives no figures is inconclusive after the grace, and traffic is on the stable release', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(release('1.0.0'));
    let isCrashed = false;
    const plan = release('1.1.0', { steps: [{ weightPercent: 25, holdMs: 60_000 }] });
    const end = await bench.deploy(plan, ({ kind, weightPercent }) => {
      if (kind === 'observe' && weightPercent === 25 && !isCrashed) host.proxy.crash();
      isCrashed ||= weightPercent === 25;
    });

    expect(end).toMatchObject({ outcome: 'inconclusive', code: 'EVIDENCE_GONE' });
    expect(host.proxy.weights()).toEqual({ '1.0.0': 100 });
  });

  test('whose release exits is turned back with its last lines', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(release('1.0.0'));
    const plan = release('1.1.0', { steps: [{ weightPercent: 25, holdMs: 60_000 }] });
    const end = await bench.deploy(plan, ({ kind, weightPercent }) => {
      if (kind === 'observe' && weightPercent === 25) host.target.exit('1.1.0/web');
    });

    expect(end).toMatchObject({
      outcome: 'rolled-back',
      code: 'RELEASE_EXITED',
      hint: 'Its last lines:\nlast line of 1.1.0/web',
    });
    expect(host.proxy.weights()).toEqual({ '1.0.0': 100 });
  });

  test('whose stable release fails its smoke on the way back leaves both up, says what stands, and can be tried again', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(release('1.0.0'));
    host.smoke = (baseUrl) =>
      baseUrl === host.proxy.url || records(host).some((r) => r.kind === 'step' && r.action?.type === 'shift')
        ? 'fail'
        : 'pass';
    const end = await bench.deploy(release('1.1.0'));

    expect(end).toMatchObject({ outcome: 'rollback-failed', code: 'ROLLBACK_FAILED' });
    expect(end.message).toContain('The way back failed at "verify": 1.0.0 failed its smoke (GET /health: answers 500)');
    expect(end.message).toContain('Both releases were left up: 1.0.0 is stable');
    expect(host.target.running()).toEqual(['1.0.0/web', '1.1.0/web']);

    expect((await bench.ask({ type: 'status', ...scope })).apps[0]?.rollout).toMatchObject({ phase: 'rollbackFailed' });

    host.smoke = () => 'pass';
    const { rolloutId } = await bench.ask({ type: 'resume', ...scope });
    expect((await bench.follow(rolloutId)).outcome).toBe('rolled-back');
    expect(host.target.running()).toEqual(['1.0.0/web']);
  });

  test('that is asked for twice with the same request begins once and gets the same answer', async () => {
    const host = openHost();
    const bench = await openBench(host);
    const plan = release('1.0.0');
    await bench.lock(plan);
    const first = await bench.ask({ type: 'deploy', plan, secrets: {} }, 'request-7');
    const second = await bench.ask({ type: 'deploy', plan, secrets: {} }, 'request-7');
    await bench.follow(plan.rolloutId);
    const third = await (await openBench(host)).ask({ type: 'deploy', plan, secrets: {} }, 'request-7');

    expect([second, third]).toEqual([first, first]);
    expect(host.target.calls.filter((call) => call.startsWith('start'))).toEqual(['start 1.0.0/web']);
  });

  test('without the lock is refused', async () => {
    const bench = await openBench(openHost());
    const refused = bench.ask({ type: 'deploy', plan: release('1.0.0'), secrets: {} });

    await expect(refused).rejects.toThrow(LockHeld);
    await expect(refused).rejects.toThrow('run run-1.0.0 does not hold the lock of shop/local: nobody holds it now');
  });

  test('keeps secrets in a file of this user, and only their keyed hashes in the journal', async () => {
    const host = openHost();
    const bench = await openBench(host);
    const base = release('1.0.0');
    const plan = { ...base, release: { ...base.release, secretNames: ['PASSWORD'] } };
    await bench.lock(plan);
    await bench.ask({ type: 'deploy', plan, secrets: { PASSWORD: 'correct horse' } });
    await bench.follow(plan.rolloutId);

    expect(host.target.secretsOf('1.0.0/web')).toEqual({ PASSWORD: 'correct horse' });
    const histories = Object.entries(host.files.texts()).filter(([path]) => path.includes('/history/'));
    expect(histories.map(([, text]) => text).join('')).toContain('"secrets":{"PASSWORD":"hash of 13 bytes"}');
    const holders = Object.entries(host.files.texts()).filter(([, text]) => text.includes('correct horse'));
    expect(holders.map(([path]) => path)).toEqual(['/state/apps/shop/local/secrets/1.0.0.json']);
    expect((await host.files.stat('/state/apps/shop/local/secrets/1.0.0.json'))?.mode).toBe(0o600);
  });

  test('deletes what is beyond the kept releases', async () => {
    const host = openHost();
    const bench = await openBench(host);
    for (const version of ['1.0.0', '1.1.0', '1.2.0', '1.3.0']) {
      await bench.deploy(release(version, { keepReleases: 2 }));
    }

    expect(host.target.prepared()).toEqual(['1.2.0', '1.3.0']);
    expect(
      (await bench.ask({ type: 'status', ...scope })).apps[0]?.releases.map(({ id, state }) => `${id} ${state}`),
    ).toEqual(['1.3.0 stable', '1.2.0 previous']);
  });
});

describe('a rollout that is held for a person', () => {
  async function held() {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(release('1.0.0'));
    const steps = [{ weightPercent: 25, holdMs: 1_000 }];
    const end = await bench.deploy(release('1.1.0', { steps, minRequestsPerStep: 10, onInconclusive: 'hold' }));
    expect(end).toMatchObject({ outcome: 'inconclusive', code: 'TOO_FEW_REQUESTS' });
    return { host, bench };
  }

  test('keeps its share, and other runs out', async () => {
    const { host, bench } = await held();
    await bench.pass(host.clock.sleep(600_000));

    expect(host.proxy.weights()).toEqual({ '1.0.0': 75, '1.1.0': 25 });
    await expect(bench.lock(release('1.2.0'))).rejects.toThrow(
      'shop/local is not free: the rollout of 1.1.0 is held at 25 % since',
    );
  });

  test('goes on to its promotion by a resume, when there are requests now', async () => {
    const { host, bench } = await held();
    const { rolloutId } = await bench.ask({ type: 'resume', ...scope });
    host.proxy.count('1.1.0', 30, 0);

    expect((await bench.follow(rolloutId)).outcome).toBe('ok');
    expect(host.target.running()).toEqual(['1.1.0/web']);
  });

  test('returns to stable by an abort, and whoever follows gets that end and not the former one', async () => {
    const { host, bench } = await held();
    const { rolloutId } = await bench.ask({ type: 'abort', ...scope });

    expect(await bench.follow(rolloutId ?? '')).toMatchObject({ outcome: 'rolled-back', code: 'ABORTED' });
    expect(host.proxy.weights()).toEqual({ '1.0.0': 100 });
  });

  test('returns to stable by itself when its release exits', async () => {
    const { host, bench } = await held();
    host.target.exit('1.1.0/web');
    await bench.pass(host.clock.sleep(5_000));

    expect(host.proxy.weights()).toEqual({ '1.0.0': 100 });
    expect(host.target.running()).toEqual(['1.0.0/web']);
  });

  test('is still held after a restart of the agent', async () => {
    const { host } = await held();
    const bench = await openBench(host);
    await bench.pass(host.clock.sleep(60_000));

    expect((await bench.ask({ type: 'status', ...scope })).apps[0]?.rollout).toMatchObject({ phase: 'held' });
    expect(host.proxy.weights()).toEqual({ '1.0.0': 75, '1.1.0': 25 });
  });
});

describe('a client that is not heard any more', () => {
  const slow = { steps: [{ weightPercent: 25, holdMs: 60_000 }], leaseMs: 5_000 };

  test('has its rollout returned to stable after the lease', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(release('1.0.0'));
    const plan = release('1.1.0', slow);
    await bench.lock(plan);
    await bench.ask({ type: 'deploy', plan, secrets: {} });
    const end = await bench.follow(plan.rolloutId, () => {}, false);

    expect(end).toMatchObject({
      outcome: 'rolled-back',
      code: 'CLIENT_LOST',
      message: 'nobody followed for the lease of 5 s. All traffic is back on 1.0.0',
    });
    expect(host.proxy.weights()).toEqual({ '1.0.0': 100 });
  });

  test('keeps nobody waiting when its process is dead: the next run gets the lock once traffic is back', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(release('1.0.0'));
    const plan = release('1.1.0', { ...slow, leaseMs: 3_600_000 });
    await bench.lock(plan, { pid: 77, startedAt: '1', bootId: 'boot-1' });
    await bench.ask({ type: 'deploy', plan, secrets: {} });
    const next = release('1.2.0');
    await expect(bench.lock(next)).rejects.toThrow('shop/local is locked by tester (deploy) since');
    host.deadProcesses.add(77);
    await bench.lock(next);

    expect(host.proxy.weights()).toEqual({ '1.0.0': 100 });
    expect((await bench.ask({ type: 'status', ...scope })).apps[0]).toMatchObject({
      rollout: null,
      lock: { owner: { runId: 'run-1.2.0' } },
    });
  });

  test('loses the lock after its lease, and its next word is refused', async () => {
    const host = openHost();
    const bench = await openBench(host);
    const sleeper = release('1.0.0', { leaseMs: 5_000 });
    await bench.lock(sleeper);
    await expect(bench.lock(release('1.1.0'))).rejects.toThrow(LockHeld);
    await bench.pass(host.clock.sleep(6_000));
    await bench.lock(release('1.1.0'));

    const renewed = bench.ask({ type: 'renew', ...scope, runId: sleeper.runId });
    await expect(renewed).rejects.toMatchObject({ code: 'LOCK_LOST' });
    await expect(bench.ask({ type: 'deploy', plan: sleeper, secrets: {} })).rejects.toMatchObject({
      code: 'LOCK_LOST',
    });
  });
});

describe('the stable release', () => {
  test('is started again when it exits, and the proxy learns its new address', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(release('1.0.0'));
    host.target.exit('1.0.0/web');
    await bench.pass(host.clock.sleep(5_000));

    expect(host.target.running()).toEqual(['1.0.0/web']);
    expect(host.proxy.calls.filter((call) => call === 'add 1.0.0').length).toBeGreaterThan(1);
    expect(host.proxy.weights()).toEqual({ '1.0.0': 100 });
  });

  test('that exits again and again is started as often as its specification allows, then left alone', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(release('1.0.0'));
    host.target.exitsAtOnce.add('1.0.0');
    host.target.exit('1.0.0/web');
    await bench.pass(host.clock.sleep(120_000));

    // The first start of the deploy, and maxRestarts: 3.
    expect(host.target.calls.filter((call) => call === 'start 1.0.0/web')).toHaveLength(4);
    expect(host.log.join('\n')).toContain('1.0.0/web stays down: it exited 4 times, 3 restarts are allowed');
  });

  test('has its proxy brought back', async () => {
    const host = openHost();
    const bench = await openBench(host);
    await bench.deploy(release('1.0.0'));
    host.proxy.crash();
    await bench.pass(host.clock.sleep(5_000));

    expect(host.proxy.isUp()).toBe(true);
    expect(host.proxy.weights()).toEqual({ '1.0.0': 100 });
  });
});

test('an old release that is being started again while the new one is promoted is stopped all the same', async () => {
  const host = openHost();
  const bench = await openBench(host);
  await bench.deploy(release('1.0.0'));
  host.target.starting = async (key) => {
    if (key === '1.0.0/web') await host.clock.sleep(5_000);
  };
  const plan = release('1.1.0', { steps: [{ weightPercent: 50, holdMs: 2_000 }] });
  const end = await bench.deploy(plan, ({ kind, weightPercent }) => {
    if (kind === 'observe' && weightPercent === 50) host.target.exit('1.0.0/web');
  });
  await bench.pass(host.clock.sleep(10_000));

  expect(host.target.calls.filter((call) => call === 'start 1.0.0/web')).toHaveLength(2);
  expect(end.outcome).toBe('ok');
  expect(host.target.running()).toEqual(['1.1.0/web']);
  expect(host.proxy.weights()).toEqual({ '1.1.0': 100 });
});
