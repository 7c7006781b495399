import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { additiveFeature, faultyFix, renamedColumn } from '../../../scripts/demo/changes.ts';
import { createShopRepository } from '../../../scripts/demo/shop-repository.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fairway shop '));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('the scratch shop is a clean repository with one commit, its own port and its own hold', async () => {
  const shop = await createShopRepository(directory, { port: 4711, holdMs: 1_500 });

  const config = await readFile(join(directory, 'fairway.yml'), 'utf8');
  expect(config).toContain('port: 4711');
  expect(config).toContain('hold: 1500ms');
  expect(await shop.git('status', '--porcelain')).toBe('');
  expect(await shop.git('log', '--format=%s')).toBe('feat: the shop');
});

test('the prepared changes still fit the shop, one after another', async () => {
  const shop = await createShopRepository(directory, { port: 4711, holdMs: 1_500 });

  await additiveFeature(shop);
  await faultyFix(shop);
  await renamedColumn(shop);

  expect((await shop.git('log', '--format=%s')).split('\n')).toEqual([
    'feat: call the price what it is, the price of one unit',
    'Revert "fix: count the stock again from time to time"',
    'fix: count the stock again from time to time',
    'feat: feature a product on the home page',
    'feat: the shop',
  ]);
  const store = await readFile(join(directory, 'src/store.js'), 'utf8');
  expect(store).toContain('featured: row.featured');
  expect(store).not.toMatch(/FROM products.*\bprice_cents/);
  expect(await readFile(join(directory, 'src/app.js'), 'utf8')).not.toContain('asked % 5');
});

test('a change that does not fit says which text it missed', async () => {
  const shop = await createShopRepository(directory, { port: 4711, holdMs: 1_500 });

  await expect(shop.edit('src/app.js', 'not there', 'at all')).rejects.toThrow(
    'src/app.js: expected exactly once: not there',
  );
});
