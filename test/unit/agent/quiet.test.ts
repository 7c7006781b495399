import { expect, test } from 'vitest';
import { openBench, openHost, release } from './bench.ts';

const quiet = { steps: [{ weightPercent: 25, holdMs: 10_000 }], syntheticEveryMs: 1_000 };

test('on a quiet site the checks stand in for users, and both hold and end say "low evidence"', async () => {
  const host = openHost();
  const bench = await openBench(host);
  await bench.deploy(release('1.0.0'));
  const said: string[] = [];
  const end = await bench.deploy(release('1.1.0', quiet), ({ text }) => said.push(text));

  expect(said.some((text) => /0 requests, 0 failed, low evidence: the checks passed [5-9] times/.test(text))).toBe(
    true,
  );
  expect(end.message).toBe('1.1.0 serves all traffic at http://127.0.0.1:8080, low evidence: 0 requests');
});

test('a release whose checks begin to fail on a quiet site is rolled back before any user met it', async () => {
  const host = openHost();
  const bench = await openBench(host);
  await bench.deploy(release('1.0.0'));
  let isSick = false;
  host.smoke = (url) => (isSick && url !== host.proxy.url ? 'fail' : 'pass');
  const end = await bench.deploy(release('1.1.0', quiet), ({ kind }) => {
    isSick ||= kind === 'observe';
  });

  expect(end).toMatchObject({ outcome: 'rolled-back', code: 'SMOKE_FAILED' });
});

test('where users come the checks are not repeated, for what users meet says more', async () => {
  const host = openHost();
  const bench = await openBench(host);
  await bench.deploy(release('1.0.0'));
  let [rounds, isHolding] = [0, false];
  host.smoke = () => {
    if (isHolding) rounds += 1;
    return 'pass';
  };
  const end = await bench.deploy(release('1.1.0', quiet), ({ kind, weightPercent }) => {
    isHolding = kind === 'observe' && weightPercent === 25;
    if (kind === 'shift') host.proxy.count('1.1.0', 500, 0);
  });

  expect(rounds).toBe(0);
  expect(end.message).not.toContain('low evidence');
});
