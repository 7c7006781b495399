import { expect, test } from 'vitest';
import { clientSleeps, metricsSourceKilled } from '../proof/chaos.ts';
import { deployProof } from '../proof/deploys.ts';
import { detectProof } from '../proof/detect.ts';
import { killProof } from '../proof/kill.ts';
import { recordProof } from '../proof/records.ts';
import { soakProof } from '../proof/soak.ts';

/** A seeded sample of what `npm run proof` runs whole. */

test('killed at two seeded moments, one release serves, no request fails, and the next ship goes through', async () => {
  const figures = await killProof(2, 7);

  expect(figures.wrong).toEqual([]);
  expect(figures.failedRequests).toBe(0);
  expect(figures.requests).toBeGreaterThan(100);
});

test('three deploys in a row under mixed load lose no request', async () => {
  const figures = await deployProof(3, 3);

  expect(figures).toMatchObject({ deploys: 3, failedRequests: 0, wrong: [] });
  expect(figures.requests).toBeGreaterThan(300);
});

test('a release that fails every second request is rolled back, and one as good as the old one is not', async () => {
  expect((await detectProof(1, { old: 0, canary: 0.5 })).rolledBack).toBe(1);
  expect((await detectProof(1, { old: 0.01, canary: 0.01 })).rolledBack).toBe(0);
});

test('killed after two of the records of a rollout, one release serves, and no request fails', async () => {
  const figures = await recordProof(
    [
      { victim: 'agent', resumes: false },
      { victim: 'client', resumes: true },
    ],
    [9],
  );

  expect(figures.wrong).toEqual([]);
  expect(figures).toMatchObject({ runs: 2, failedRequests: 0 });
});

test('a metrics source that is killed makes nobody pass or fail, and a client that slept past its lease changes nothing', async () => {
  const killed = await metricsSourceKilled();
  const slept = await clientSleeps();

  expect(killed).toMatchObject({
    outcome: 'inconclusive',
    code: 'METRIC_GONE',
    served: '1.0.0',
    failedRequests: 0,
    wrong: [],
  });
  expect(slept).toMatchObject({ served: '1.2.0', failedRequests: 0, wrong: [] });
});

test('six deploys in a row leave no process, descriptor or release behind', async () => {
  expect(await soakProof(6, 'process')).toMatchObject({ deploys: 6, failedRequests: 0, wrong: [] });
});
