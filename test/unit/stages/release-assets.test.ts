import { expect, test } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { loadAssets } from '../../../src/stages/release/assets.ts';
import { fakeFiles } from '../../fakes/files.ts';

const { release } = configSchema.parse({ app: 'shop', release: { assets: ['dist/shop.tgz'] } });
const documents = [{ name: 'shop-1.4.0.cdx.json', content: '{"bomFormat":"CycloneDX"}' }];

test('documents of the artifact are files of the release, and their checksums stand with the others', async () => {
  const files = fakeFiles();
  await files.writeAtomic('/shop/dist/shop.tgz', 'packed');
  const assets = await loadAssets(release, '/shop', { documents, wholeNotes: null }, files);

  expect(assets.map(({ name }) => name)).toEqual(['shop.tgz', 'shop-1.4.0.cdx.json', 'SHA256SUMS']);
  const sums = new TextDecoder().decode(assets.at(-1)?.content);
  expect(sums).toContain(`${assets[1]?.digest.slice('sha256:'.length) ?? '?'}  shop-1.4.0.cdx.json\n`);
});

test('a document that has the name of a file of yours is a mistake that is told', async () => {
  const files = fakeFiles();
  await files.writeAtomic('/shop/dist/shop.tgz', 'packed');
  const twice = [{ name: 'shop.tgz', content: '' }];

  await expect(loadAssets(release, '/shop', { documents: twice, wholeNotes: null }, files)).rejects.toMatchObject({
    code: 'ASSET_TWICE',
  });
});
