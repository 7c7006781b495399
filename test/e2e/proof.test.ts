import { expect, test } from 'vitest';
import { deployProof } from '../proof/deploys.ts';
import { detectProof } from '../proof/detect.ts';
import { killProof } from '../proof/kill.ts';

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
