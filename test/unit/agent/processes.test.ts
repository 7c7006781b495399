import { expect, test } from 'vitest';
import { processSpec } from '../domain/rollout/plans.ts';
import { openBench, openHost, release, scope } from './bench.ts';

const several = (version: string) => {
  const plan = release(version);
  const processes = [
    processSpec(),
    processSpec({ name: 'worker', traffic: false, maxRestarts: 2 }),
    processSpec({ name: 'clock', traffic: false, singleton: true }),
  ];
  return { ...plan, release: { ...plan.release, processes } };
};

test('status tells every process with its kind, and whether it runs', async () => {
  const host = openHost();
  const bench = await openBench(host);
  await bench.deploy(several('1.0.0'));
  const [app] = (await bench.ask({ type: 'status' })).apps;

  expect(app?.processes).toEqual([
    { version: '1.0.0', name: 'web', kind: 'traffic', isRunning: true },
    { version: '1.0.0', name: 'worker', kind: 'worker', isRunning: true },
    { version: '1.0.0', name: 'clock', kind: 'singleton', isRunning: true },
  ]);
});

test('a worker that ends is started again as often as its limit allows, and then told as not running', async () => {
  const host = openHost();
  const bench = await openBench(host);
  await bench.deploy(several('1.0.0'));
  const starts = () => host.target.calls.filter((call) => call === 'start 1.0.0/worker').length;
  for (let time = 0; time < 4; time += 1) {
    host.target.exit('1.0.0/worker');
    await bench.pass(host.clock.sleep(20_000));
  }
  const [app] = (await bench.ask({ type: 'status' })).apps;

  expect(starts()).toBe(3);
  expect(app?.processes?.find(({ name }) => name === 'worker')).toMatchObject({ isRunning: false });
});

test('a singleton runs in one release at a time: handed over at the promotion, and back by a rollback', async () => {
  const host = openHost();
  const bench = await openBench(host);
  await bench.deploy(several('1.0.0'));
  let most = 0;
  host.target.onCall = () => {
    most = Math.max(most, host.target.running().filter((name) => name.endsWith('/clock')).length);
  };
  await bench.deploy({ ...several('1.1.0'), warmMs: 60_000 });
  const forward = host.target.running();
  await bench.lock({ ...several('1.1.0'), runId: 'back' });
  const { rolloutId } = await bench.ask({ type: 'rollback', ...scope, version: null, runId: 'back' });
  await bench.follow(rolloutId);

  expect(most).toBe(1);
  expect(forward).toEqual(['1.0.0/web', '1.1.0/clock', '1.1.0/web', '1.1.0/worker']);
  expect(host.target.running()).toEqual(['1.0.0/clock', '1.0.0/web', '1.0.0/worker']);
});

test('a canary that fails leaves the singleton where it was', async () => {
  const host = openHost();
  const bench = await openBench(host);
  await bench.deploy(several('1.0.0'));
  host.smoke = () => 'fail';
  await bench.deploy(several('1.1.0'));

  expect(host.target.calls).not.toContain('start 1.1.0/clock');
  expect(host.target.calls).not.toContain('stop 1.0.0/clock');
});
