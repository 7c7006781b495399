import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LockHeld } from '../../../src/errors.ts';
import { openHost, ownerOf, scope, startLoad } from './host.ts';
import type { Host } from './host.ts';

let host: Host;

beforeEach(async () => {
  host = await openHost();
});

afterEach(async () => {
  await host.close();
});

test('a first deploy serves; a good canary replaces it without a failed request; down leaves no process', async () => {
  const first = await host.deploy(await host.plan('1.0.0'));
  expect(first).toMatchObject({ outcome: 'ok', code: 'PROMOTED' });
  expect(await host.ask()).toBe('1.0.0');

  const load = startLoad(host.url);
  const shares: number[] = [];
  const second = await host.deploy(await host.plan('1.1.0'), (record) => shares.push(record.weightPercent));
  await host.until(() => load.seen.slice(-20).every((seen) => seen === '1.1.0'));
  await load.stop();

  expect(second.outcome).toBe('ok');
  expect([...new Set(shares)]).toEqual([0, 25, 50, 100]);
  expect(new Set(load.seen)).toEqual(new Set(['1.0.0', '1.1.0']));

  const agent = await host.connect();
  const { releases } = await agent.request({ type: 'down', ...scope });
  expect(releases).toHaveLength(2);
  await agent.request({ type: 'shutdown' });
  await host.until(() => host.pids().length === 0);
});

test('a canary that fails one request in five is rolled back by itself, and the stable release serves', async () => {
  await host.deploy(await host.plan('1.0.0'));
  const load = startLoad(host.url, 3);
  const bad = await host.plan('1.1.0', { steps: [{ weightPercent: 50, holdMs: 20_000 }] }, { FAIL_EVERY: '5' });
  const end = await host.deploy(bad);
  await load.stop();

  expect(end).toMatchObject({
    outcome: 'rolled-back',
    code: expect.stringMatching(/^CANARY_(ERROR_RATE|WORSE_ERRORS)$/),
  });
  expect(end.message).toMatch(
    /^1\.1\.0: \d+\.\d % of \d+ requests failed \(limit 10 %\)\. All traffic is back on 1\.0\.0$/,
  );
  expect(await host.ask()).toBe('1.0.0');
  expect(await host.status()).toMatchObject({ stable: { version: '1.0.0' }, rollout: null });
});

test('two runs at once: the second one is told who holds the lock and since when', async () => {
  const plan = await host.plan('1.0.0');
  const agent = await host.connect();
  const { since } = await agent.request({ type: 'lock', ...scope, owner: ownerOf(plan), leaseMs: 30_000 });
  const refused = await host.deploy(await host.plan('1.1.0')).catch((error: unknown) => error);

  expect(refused).toBeInstanceOf(LockHeld);
  expect(refused).toMatchObject({
    code: 'LOCK_HELD',
    message: `shop/local is locked by tester of 1.0.0 (deploy) since ${since}`,
    facts: { who: 'tester of 1.0.0', since },
  });
});

test('an abort during the canary returns all traffic, and the run ends as rolled back', async () => {
  await host.deploy(await host.plan('1.0.0'));
  const agent = await host.connect();
  const steps = [{ weightPercent: 50, holdMs: 60_000 }];
  let isAsked = false;
  const end = await host.deploy(await host.plan('1.1.0', { steps }), (record) => {
    if (record.kind === 'observe' && !isAsked) void agent.request({ type: 'abort', ...scope });
    isAsked ||= record.kind === 'observe';
  });

  expect(end).toMatchObject({ outcome: 'rolled-back', code: 'ABORTED' });
  expect(await host.ask()).toBe('1.0.0');
});

test('a rollback makes the release before serve again, and a second one the release before that', async () => {
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) await host.deploy(await host.plan(version, { steps: [] }));
  const agent = await host.connect();
  const back = async (): Promise<string> => {
    const plan = await host.plan('x');
    await agent.request({ type: 'lock', ...scope, owner: ownerOf(plan), leaseMs: 10_000 });
    const { rolloutId } = await agent.request({ type: 'rollback', ...scope, version: null, runId: plan.runId });
    const end = await agent.follow(scope, rolloutId, () => {});
    await agent.request({ type: 'unlock', ...scope, runId: plan.runId });
    expect(end.outcome).toBe('ok');
    return await host.ask();
  };

  expect(await back()).toBe('1.1.0');
  expect(await back()).toBe('1.0.0');
});

test('a first deploy that exits at once is cleared, and its last lines are shown', async () => {
  const end = await host.deploy(await host.plan('1.0.0', {}, { EXIT_AT_ONCE: '1' }));

  expect(end).toMatchObject({ outcome: 'rolled-back', code: 'RELEASE_EXITED' });
  expect(end.hint).toContain('no configuration, giving up');
  expect(await host.status()).toMatchObject({ stable: null, rollout: null });
  // Supervisor and agent.
  await host.until(() => host.pids().length === 2);
});

test('a release that never becomes ready, and one that fails its smoke, never reach a user', async () => {
  await host.deploy(await host.plan('1.0.0'));
  const process = (await host.plan('1.1.0')).release.processes[0];
  const slow = await host.plan('1.1.0', {}, { NEVER_READY: '1' });
  const impatient = { ...slow.release, processes: [{ ...process!, readyTimeoutMs: 500 }] };
  const load = startLoad(host.url);
  const never = await host.deploy({ ...slow, release: impatient });
  const sick = await host.deploy(await host.plan('1.2.0', {}, { SICK: '1' }));
  await load.stop();

  expect(never).toMatchObject({ outcome: 'rolled-back', code: 'RELEASE_NOT_READY' });
  expect(never.message).toContain('1.0.0 serves as before');
  expect(sick).toMatchObject({ outcome: 'rolled-back', code: 'SMOKE_FAILED' });
  expect(new Set(load.seen)).toEqual(new Set(['1.0.0']));
});

test('too few requests are inconclusive and held when asked for; with more of them a resume goes on to the promotion', async () => {
  await host.deploy(await host.plan('1.0.0'));
  const steps = [{ weightPercent: 50, holdMs: 1_500 }];
  const end = await host.deploy(await host.plan('1.1.0', { steps, minRequestsPerStep: 3, onInconclusive: 'hold' }));
  expect(end).toMatchObject({ outcome: 'inconclusive', code: 'TOO_FEW_REQUESTS' });
  expect(await host.status()).toMatchObject({ rollout: { phase: 'held', weightPercent: 50 } });
  await expect(host.deploy(await host.plan('1.2.0'))).rejects.toMatchObject({ code: 'LOCK_HELD' });

  const agent = await host.connect();
  const load = startLoad(host.url, 2);
  const { rolloutId } = await agent.request({ type: 'resume', ...scope });
  const resumed = await agent.follow(scope, rolloutId, () => {});
  await load.stop();
  expect(resumed.outcome).toBe('ok');
  expect(await host.ask()).toBe('1.1.0');
});

test('clients that start the agent at the same time get the same one', async () => {
  const agents = await Promise.all([host.connect(), host.connect(), host.connect()]);
  const pids = await Promise.all(agents.map(async (agent) => (await agent.request({ type: 'status' })).pid));

  expect(new Set(pids).size).toBe(1);
  await host.until(() => host.pids().length === 2);
});

test('a port that somebody else has is an error before anything was touched', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(Number(new URL(host.url).port), '127.0.0.1', resolve));
  try {
    const end = await host.deploy(await host.plan('1.0.0'));
    expect(end).toMatchObject({ outcome: 'error', code: 'PORT_TAKEN' });
    expect(await host.status()).toMatchObject({ stable: null, rollout: null });
  } finally {
    other.close();
  }
});
