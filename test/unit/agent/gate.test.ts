import { expect, test } from 'vitest';
import type { RolloutRecord } from '../../../src/domain/rollout/messages.ts';
import { LockHeld } from '../../../src/errors.ts';
import { openBench, openHost, release, scope } from './bench.ts';
import type { Bench } from './bench.ts';

const gated = release('1.1.0', {
  steps: [
    { weightPercent: 10, holdMs: 1_000, pause: true },
    { weightPercent: 100, holdMs: 0 },
  ],
});

/** Deploy a release with a gate, and stop following where it waits; nobody is heard any more then. */
async function toTheGate(bench: Bench): Promise<void> {
  await bench.deploy(release('1.0.0'));
  await bench.lock(gated);
  await bench.ask({ type: 'deploy', plan: gated, secrets: {} });
  for (let asked = 0; asked < 40; asked += 1) {
    await bench.ask({ type: 'renew', ...scope, runId: gated.runId });
    if ((await rolloutOf(bench))?.pausedSince != null) return;
    await bench.pass(new Promise<void>((resolve) => setTimeout(resolve, 1)));
  }
}

async function rolloutOf(bench: Bench) {
  return (await bench.ask({ type: 'status', ...scope })).apps[0]?.rollout ?? null;
}

test('a step with a gate keeps its share beyond hold and lease, and goes on to the promotion when it is promoted', async () => {
  const host = openHost();
  const bench = await openBench(host);
  await toTheGate(bench);
  await host.clock.advance(60_000);

  expect(await rolloutOf(bench)).toMatchObject({ phase: 'observe', weightPercent: 10 });
  expect(host.proxy.weights()).toEqual({ '1.0.0': 90, '1.1.0': 10 });

  const { rolloutId } = await bench.ask({ type: 'promote', ...scope });
  expect(await bench.follow(rolloutId)).toMatchObject({ outcome: 'ok', code: 'PROMOTED' });
  expect(host.proxy.weights()).toEqual({ '1.1.0': 100 });
});

test('a canary that waits at its gate is still turned back when it fails', async () => {
  const host = openHost();
  const bench = await openBench(host);
  await toTheGate(bench);
  host.proxy.count('1.1.0', 40, 30);

  expect(await bench.follow(gated.rolloutId)).toMatchObject({ outcome: 'rolled-back', code: 'CANARY_ERROR_RATE' });
});

test('a rollout that nobody promotes for 24 hours is inconclusive, and traffic is on the stable release', async () => {
  const host = openHost();
  const bench = await openBench(host);
  await toTheGate(bench);
  host.clock.jump(25 * 3_600_000);

  expect(await bench.follow(gated.rolloutId)).toMatchObject({ outcome: 'inconclusive', code: 'PAUSED_TOO_LONG' });
  expect(host.proxy.weights()).toEqual({ '1.0.0': 100 });
});

test('a pause is known to an agent that begins anew, and another run does not get the lock meanwhile', async () => {
  const host = openHost();
  const life = { isOver: false };
  await toTheGate(await openBench(host, host.files, life));
  life.isOver = true;
  const bench = await openBench(host);
  await host.clock.advance(10_000);

  expect(await rolloutOf(bench)).toMatchObject({ weightPercent: 10, pausedSince: expect.stringMatching(/^2025/) });
  await expect(bench.lock(release('1.2.0'))).rejects.toThrow(LockHeld);
});

test('pause by hand keeps a step without a gate, promote lets it go on, and a second promote is refused', async () => {
  const host = openHost();
  const bench = await openBench(host);
  await bench.deploy(release('1.0.0'));
  const plan = release('1.1.0', { steps: [{ weightPercent: 50, holdMs: 2_000 }] });
  const seen: RolloutRecord[] = [];
  const asked: Promise<unknown>[] = [];
  const end = await bench.deploy(plan, (record) => {
    seen.push(record);
    if (record.kind === 'observe' && asked.length === 0)
      asked.push(bench.agent.answer('p', { type: 'pause', ...scope }, silent));
    if (record.text.includes('waits for')) void bench.agent.answer('q', { type: 'promote', ...scope }, silent);
  });

  expect(end.outcome).toBe('ok');
  expect(await asked[0]).toEqual({ rolloutId: plan.rolloutId, weightPercent: 50 });
  expect(seen.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['paused', 'promoted-by-hand']));
  await expect(bench.ask({ type: 'promote', ...scope })).rejects.toMatchObject({ code: 'NOTHING_TO_PAUSE' });
});

const silent = { emit: () => {}, signal: new AbortController().signal };

test('the lock of a living run is refused with its owner, and taken away by force: its next word is refused', async () => {
  const bench = await openBench(openHost());
  const plan = release('1.0.0');
  await bench.lock(plan, { pid: 4_711, startedAt: '1', bootId: 'b' });

  await expect(bench.ask({ type: 'take-lock-away', ...scope, force: false })).rejects.toMatchObject({
    code: 'LOCK_HELD',
    facts: { who: 'tester' },
  });
  expect(await bench.ask({ type: 'take-lock-away', ...scope, force: true })).toMatchObject({
    owner: { who: 'tester' },
  });
  await expect(bench.ask({ type: 'renew', ...scope, runId: plan.runId })).rejects.toMatchObject({ code: 'LOCK_LOST' });
  expect(await bench.ask({ type: 'take-lock-away', ...scope, force: false })).toEqual({ owner: null, since: null });
});

test('the lock of a run that is gone is free without force', async () => {
  const host = openHost();
  const bench = await openBench(host);
  await bench.lock(release('1.0.0'), { pid: 4_711, startedAt: '1', bootId: 'b' });
  host.deadProcesses.add(4_711);

  expect(await bench.ask({ type: 'take-lock-away', ...scope, force: false })).toMatchObject({
    owner: { who: 'tester' },
  });
});

test('the history tells what was deployed and rolled back, from which release, by whom and how it ended', async () => {
  const host = openHost();
  const bench = await openBench(host);
  await bench.deploy(release('1.0.0'));
  await bench.deploy(release('1.1.0', { steps: [{ weightPercent: 100, holdMs: 0 }] }));
  host.smoke = (url) => (url.includes('8080') ? 'pass' : 'fail');
  await bench.deploy(release('1.2.0'));

  const { entries } = await bench.ask({ type: 'history', ...scope, limit: 20 });
  expect(entries.map(({ from, release: { version }, who, end }) => [from, version, who, end.code])).toEqual([
    ['1.1.0', '1.2.0', 'tester', 'SMOKE_FAILED'],
    ['1.0.0', '1.1.0', 'tester', 'PROMOTED'],
    [null, '1.0.0', 'tester', 'PROMOTED'],
  ]);
  expect((await bench.ask({ type: 'history', ...scope, limit: 1 })).entries).toHaveLength(1);
});
