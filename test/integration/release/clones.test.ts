import { afterEach, beforeEach, expect, test } from 'vitest';
import { planRelease } from '../../../src/stages/release.ts';
import type { Scene } from './scene.ts';
import { released, scene, settingsWith } from './scene.ts';

let one: Scene;
const settings = settingsWith();

beforeEach(async () => {
  one = await scene();
  await one.remoteGit('config', 'uploadpack.allowFilter', 'true');
});
afterEach(async () => await one.remove());

test('a clone of depth 1 gives the answer of a full one, and is deepened only as far as the last release', async () => {
  const work = await one.clone();
  await work.git('checkout', '--quiet', '-b', 'main');
  for (let at = 0; at < 300; at += 1)
    await work.git('commit', '--quiet', '--allow-empty', '--message', `fix: old ${at}`);
  await work.git('tag', 'v1.0.0');
  await work.commit('feat: search');
  await work.git('push', '--quiet', 'origin', 'main', 'v1.0.0');
  const full = await planRelease(settings, {}, await work.open());

  const shallow = await one.clone('--depth=1');
  const plan = await planRelease(settings, {}, await shallow.open());

  expect(plan).toMatchObject({ current: '1.0.0', next: '1.1.0' });
  expect(plan.decision.commits.map(({ sha }) => sha)).toEqual(full.decision.commits.map(({ sha }) => sha));
  expect(Number(await shallow.git('rev-list', '--count', 'HEAD'))).toBeLessThanOrEqual(50);
});

test('a clone without tags asks the remote instead of inventing a first release', async () => {
  await released(one);
  const tagless = await one.clone('--no-tags');
  expect(await tagless.git('tag')).toBe('');

  expect(await planRelease(settings, {}, await tagless.open())).toMatchObject({ current: '1.0.0', next: '1.1.0' });
});

test('a shallow clone whose remote is gone is refused, with the advice for CI', async () => {
  await released(one);
  const shallow = await one.clone('--depth=1');
  await shallow.git('remote', 'set-url', 'origin', '/nonexistent');

  await expect(planRelease(settings, {}, await shallow.open())).rejects.toMatchObject({
    code: 'HISTORY_SHALLOW',
    hint: expect.stringContaining('fetch-depth: 0') as string,
  });
});

test('a release commit that stands beside the branch is found from a clone of depth 1', async () => {
  const work = await one.clone();
  await work.git('checkout', '--quiet', '-b', 'main');
  const base = await work.commit('feat: first');
  await work.git('commit', '--quiet', '--allow-empty', '--message', 'chore(release): 1.0.0\n\nFairway-Release: v1.0.0');
  await work.git('tag', 'v1.0.0');
  await work.git('reset', '--quiet', '--hard', base);
  await work.commit('fix: after it');
  await work.git('push', '--quiet', 'origin', 'main', 'v1.0.0');

  const shallow = await one.clone('--depth=1');

  expect(await planRelease(settings, {}, await shallow.open())).toMatchObject({ current: '1.0.0', next: '1.0.1' });
});
