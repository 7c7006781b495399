import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openHost, scope, startLoad } from './host.ts';
import type { Host } from './host.ts';

let host: Host;

beforeEach(async () => {
  host = await openHost();
});

afterEach(async () => {
  await host.close();
});

describe('a client that is killed', () => {
  test('while its canary is watched: after the lease all traffic is on the stable release, and the next run goes on', async () => {
    await host.deploy(await host.plan('1.0.0'));
    const load = startLoad(host.url);
    const steps = [{ weightPercent: 50, holdMs: 60_000 }];
    const client = await host.client(await host.plan('1.1.0', { steps, leaseMs: 1_500 }), 'observe 50');
    await host.until(() => load.seen.includes('1.1.0'));
    client.kill('SIGKILL');
    await host.until(async () => (await host.status())?.rollout === null);
    await load.stop();

    expect(await host.status()).toMatchObject({ stable: { version: '1.0.0' } });
    expect(new Set(load.seen)).toEqual(new Set(['1.0.0', '1.1.0']));
    expect(await host.ask()).toBe('1.0.0');

    const next = await host.deploy(await host.plan('1.2.0'));
    expect(next.outcome).toBe('ok');
    expect(await host.ask()).toBe('1.2.0');
  });

  test('loses its lock at once: the next run brings traffic back and goes on without waiting for the lease', async () => {
    await host.deploy(await host.plan('1.0.0'));
    const steps = [{ weightPercent: 50, holdMs: 60_000 }];
    const client = await host.client(await host.plan('1.1.0', { steps, leaseMs: 600_000 }), 'observe 50');
    client.kill('SIGKILL');
    await host.until(() => client.signalCode !== null);

    const next = await host.deploy(await host.plan('1.2.0'));
    expect(next.outcome).toBe('ok');
    expect(await host.ask()).toBe('1.2.0');
  });

  test('whose plan says "continue" has its rollout go on to the promotion', async () => {
    await host.deploy(await host.plan('1.0.0'));
    const steps = [{ weightPercent: 50, holdMs: 3_000 }];
    const plan = await host.plan('1.1.0', { steps, leaseMs: 500, onClientLost: 'continue' });
    const client = await host.client(plan, 'observe 50');
    client.kill('SIGKILL');
    await host.until(async () => (await host.status())?.rollout === null);

    expect(await host.ask()).toBe('1.1.0');
  });
});

/** A sample of all points; every point runs in the proof. */
const points = ['start', 'await-ready', 'join', 'shift', 'observe', 'persist', 'stop-old'];

describe('an agent that is killed', () => {
  test.each(points)(
    'when it begins "%s" is started again and brings the rollout to its end, without a failed request',
    async (point) => {
      await host.deploy(await host.plan('1.0.0'));
      const load = startLoad(host.url);
      let isKilled = false;
      const pid = await host.agentPid();
      const end = await host.deploy(await host.plan('1.1.0', { leaseMs: 20_000 }), (record) => {
        if (isKilled || record.kind !== point) return;
        isKilled = true;
        process.kill(pid, 'SIGKILL');
      });
      await host.until(() => load.seen.slice(-10).every((seen) => seen === '1.1.0'));
      await load.stop();

      expect(isKilled).toBe(true);
      expect(end).toMatchObject({ outcome: 'ok', code: 'PROMOTED' });
      expect(await host.agentPid()).not.toBe(pid);
      expect(new Set(load.seen)).toEqual(new Set(['1.0.0', '1.1.0']));
      expect(await host.status()).toMatchObject({ stable: { version: '1.1.0' }, rollout: null });
    },
  );

  test('together with its client returns to the stable release after the lease', async () => {
    await host.deploy(await host.plan('1.0.0'));
    const load = startLoad(host.url);
    const pid = await host.agentPid();
    const steps = [{ weightPercent: 50, holdMs: 60_000 }];
    const client = await host.client(await host.plan('1.1.0', { steps, leaseMs: 2_000 }), 'observe 50');
    client.kill('SIGKILL');
    process.kill(pid, 'SIGKILL');
    await host.until(async () => (await host.status())?.rollout === null);
    await load.stop();

    expect(await host.ask()).toBe('1.0.0');
    expect(new Set([...load.seen, '1.1.0'])).toEqual(new Set(['1.0.0', '1.1.0']));
  });

  test('in the middle of the way back ends the way back', async () => {
    await host.deploy(await host.plan('1.0.0'));
    const load = startLoad(host.url);
    const pid = await host.agentPid();
    const steps = [{ weightPercent: 50, holdMs: 60_000 }];
    let isKilled = false;
    const end = await host.deploy(
      await host.plan('1.1.0', { steps, leaseMs: 20_000 }, { FAIL_EVERY: '2' }),
      (record) => {
        if (record.kind === 'shift-back' && !isKilled) process.kill(pid, 'SIGKILL');
        isKilled ||= record.kind === 'shift-back';
      },
    );
    await load.stop();

    expect(end).toMatchObject({
      outcome: 'rolled-back',
      code: expect.stringMatching(/^CANARY_(ERROR_RATE|WORSE_ERRORS)$/),
    });
    expect(await host.ask()).toBe('1.0.0');
  });
});

test('when everything is gone, as after a reboot, the next command brings the stable release back', async () => {
  await host.deploy(await host.plan('1.0.0'));
  for (const pid of host.pids()) process.kill(pid, 'SIGKILL');
  await host.until(() => host.pids().length === 0);

  const agent = await host.connect();
  await host.until(async () => (await host.ask().catch(() => '')) === '1.0.0');
  expect((await agent.request({ type: 'status', ...scope })).apps[0]).toMatchObject({ stable: { version: '1.0.0' } });
});

test('a stable process that dies is started again and serves at the same door', async () => {
  await host.deploy(await host.plan('1.0.0'));
  await host.ask('/exit').catch(() => '');
  await host.until(async () => (await host.ask().catch(() => '')) === '1.0.0');

  expect(await host.status()).toMatchObject({ stable: { version: '1.0.0' } });
});

test('a supervisor that is killed is replaced by the agent, and starts the agent again when that is killed too', async () => {
  await host.deploy(await host.plan('1.0.0'));
  const agent = await host.agentPid();
  const supervisor = Number(/^\d+ \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${agent}/stat`, 'utf8'))?.[1]);
  const before = host.pids();
  process.kill(supervisor, 'SIGKILL');
  await host.until(() => host.pids().some((pid) => !before.includes(pid)));
  expect(await host.agentPid()).toBe(agent);

  const custody = join(host.stateDirectory, 'agent', 'supervisor.json');
  await host.until(() => !readFileSync(custody, 'utf8').includes(`"pid":${supervisor},`));
  process.kill(agent, 'SIGKILL');
  await host.until(async () => (await host.agentPid()) !== agent);

  expect(await host.status()).toMatchObject({ stable: { version: '1.0.0' } });
  const client = await host.connect();
  await client.request({ type: 'down', ...scope });
  await client.request({ type: 'shutdown' });
  await host.until(() => host.pids().length === 0);
});
