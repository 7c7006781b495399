import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { planRelease } from '../../../src/stages/release.ts';
import type { Place } from './scene.ts';
import { scene, settingsWith } from './scene.ts';

const settings = settingsWith();
const worlds: Awaited<ReturnType<typeof scene>>[] = [];
afterAll(async () => {
  await Promise.all(worlds.map(async (one) => await one.remove()));
});

type Step = { readonly do: 'feature' } | { readonly do: 'revert'; readonly which: number } | { readonly do: 'release' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ do: 'feature' }) },
  { weight: 5, arbitrary: fc.nat(30).map((which): Step => ({ do: 'revert', which })) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'release' }) },
);

/** Features as the tree of a revision holds them: one file each. */
async function features(work: Place, revision: string): Promise<readonly string[]> {
  const listed = await work.git('ls-tree', '-r', '--name-only', revision);
  return listed.split('\n').filter((name) => name.startsWith('feature-'));
}

test('whatever was reverted and reverted again, the decision is what the tree says', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 9 }), async (steps) => {
      const one = await scene();
      worlds.push(one);
      const work = await one.clone();
      await work.git('checkout', '--quiet', '-b', 'main');
      await work.commit('chore: begin');
      await work.git('tag', 'v1.0.0');
      let tag = 'v1.0.0';
      let minor = 0;
      const commits: string[] = [];
      for (const [at, { do: what, ...rest }] of steps.entries()) {
        if (what === 'release') {
          minor += 1;
          tag = `v1.${minor}.0`;
          await work.git('tag', tag);
        } else if (what === 'feature') {
          await work.write(`feature-${at}`, `${at}\n`);
          await work.git('add', '--all');
          await work.git('commit', '--quiet', '--message', `feat: number ${at}`);
          commits.push(await work.git('rev-parse', 'HEAD'));
        } else {
          const target = commits[('which' in rest ? rest.which : 0) % Math.max(1, commits.length)];
          if (target === undefined) continue;
          // What git itself cannot revert any more is no revert.
          const isDone = await work.git('revert', '--no-edit', target).then(
            () => true,
            async () => {
              await work.git('revert', '--abort').catch(() => '');
              await work.git('reset', '--quiet', '--hard');
              return false;
            },
          );
          if (isDone) commits.push(await work.git('rev-parse', 'HEAD'));
        }
      }
      const [before, after] = [await features(work, tag), await features(work, 'HEAD')];
      const added = after.filter((name) => !before.includes(name)).length;
      const removed = before.filter((name) => !after.includes(name)).length;

      const { decision } = await planRelease(settings, {}, await work.open());

      const levels = decision.commits.map(({ level }) => level);
      expect({
        minor: levels.filter((level) => level === 'minor').length,
        patch: levels.filter((level) => level === 'patch').length,
      }).toEqual({
        minor: added,
        patch: removed,
      });
    }),
    { numRuns: Number(process.env['FAIRWAY_PROOF_RUNS'] ?? 15) },
  );
});
