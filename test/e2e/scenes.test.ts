import { afterAll, beforeAll, expect, test } from 'vitest';
import { leftovers } from '../../scripts/demo/leftovers.ts';
import { type SceneResult, scenes } from '../../scripts/demo/scenes.ts';
import { type Theatre, openTheatre } from '../../scripts/demo/theatre.ts';

/** The four scenes of the demo, with the built command, one after another on one shop under load. */

let theatre: Theatre;
beforeAll(async () => {
  theatre = await openTheatre({ holdMs: 1_500, requestsPerSecond: 150, color: false });
});
afterAll(() => theatre.close());

async function play(number: 1 | 2 | 3 | 4): Promise<SceneResult> {
  const scene = scenes[number - 1];
  if (scene === undefined) throw new Error(`there is no scene ${number}`);
  const result = await theatre.play(scene);
  const broken = scene.claims(result).filter(({ holds }) => !holds);
  expect(broken, result.ended.shown).toEqual([]);
  return result;
}

test('the first deploy builds, tests, rehearses, migrates, deploys and releases v1.0.0', async () => {
  const { ended, tags } = await play(1);

  expect(ended.document).toMatchObject({ outcome: 'ok', exitCode: 0, result: { url: theatre.url } });
  expect(ended.document?.result).toMatchObject({
    release: { version: '1.0.0' },
    previous: null,
    rehearsal: { rollback: 'first' },
  });
  expect(tags).toEqual(['v1.0.0']);
  const tagged = await theatre.shop.git('rev-parse', 'v1.0.0^{commit}');
  expect(ended.document?.result).toMatchObject({ release: { commit: tagged } });
  expect(await theatre.shop.git('rev-parse', 'HEAD')).toBe(tagged);
  expect(await theatre.shop.git('show', 'v1.0.0:package.json')).toContain('"version": "1.0.0"');
  expect(await theatre.shop.git('status', '--porcelain')).toBe('');
});

test('nothing new since the stable release is done at once and says so', async () => {
  const { exitCode, shown } = await theatre.fairway.run(['ship']);

  expect(exitCode).toBe(0);
  expect(shown).toMatch(/1\.0\.0/);
  expect(await theatre.shop.tags()).toEqual(['v1.0.0']);
});

test('a feature with an additive migration reaches all users, and not one request fails', async () => {
  const { ended, during, after, tags, products } = await play(2);

  expect(ended.document?.result).toMatchObject({
    release: { version: '1.1.0' },
    previous: { version: '1.0.0' },
    rehearsal: { rollback: 'proven' },
  });
  expect(during.requests).toBeGreaterThan(100);
  expect(during.failed + after.failed).toBe(0);
  expect(tags).toEqual(['v1.0.0', 'v1.1.0']);
  expect(products[0]).toMatchObject({ name: 'Teapot', featured: true });
});

test('a fix that fails one request in five is caught in the canary and rolled back by itself', async () => {
  const { ended, during, after, tags, serves } = await play(3);

  expect(ended.exitCode).toBe(4);
  expect(ended.document).toMatchObject({
    outcome: 'rolled-back',
    code: expect.stringMatching(/^CANARY_(ERROR_RATE|WORSE_ERRORS)$/),
    exitCode: 4,
  });
  expect(during.failed).toBeGreaterThan(0);
  expect(during.failed).toBeLessThanOrEqual(12);
  expect(after.failed).toBe(0);
  expect(tags).toEqual(['v1.0.0', 'v1.1.0']);
  expect(serves).toBe('1.1.0');
});

test('a renamed column that the running release still reads is refused before any traffic moves', async () => {
  const { ended, during, after, tags, serves, products } = await play(4);

  expect(ended.exitCode).toBe(3);
  expect(ended.document).toMatchObject({ outcome: 'refused', exitCode: 3 });
  expect(ended.document?.stages.map(({ name }) => name)).not.toContain('deploy');
  expect(during.failed + after.failed).toBe(0);
  expect(tags).toEqual(['v1.0.0', 'v1.1.0']);
  expect(serves).toBe('1.1.0');
  expect(products[0]).toMatchObject({ priceCents: 3900 });
  // The database of the environment has not seen it.
  const { document } = await theatre.fairway.run(['migrate', '--dry-run']);
  expect(document?.result).toMatchObject({ pending: ['0004_unit_price'] });
});

test('after down nothing of it runs, and the repository is as it was left', async () => {
  const { exitCode } = await theatre.fairway.run(['down', '--yes']);

  expect(exitCode).toBe(0);
  expect(leftovers(theatre.directory)).toEqual([]);
  await expect(fetch(theatre.url)).rejects.toThrow();
  expect(await theatre.shop.git('status', '--porcelain')).toBe('');
});
