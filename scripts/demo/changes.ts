import type { ShopRepository } from './shop-repository.ts';

/** A feature with a migration that only adds: the running release does not notice it. */
export async function additiveFeature(shop: ShopRepository): Promise<void> {
  await shop.write(
    'migrations/0003_featured.sql',
    `ALTER TABLE products ADD COLUMN featured boolean NOT NULL DEFAULT false;

UPDATE products SET featured = true WHERE name = 'Teapot';
`,
  );
  await shop.write('migrations/0003_featured.down.sql', 'ALTER TABLE products DROP COLUMN featured;\n');
  await shop.edit(
    'src/store.js',
    "'SELECT id, name, description, price_cents, stock FROM products ORDER BY id'",
    "'SELECT id, name, description, price_cents, stock, featured FROM products ORDER BY id'",
  );
  await shop.edit(
    'src/store.js',
    "'SELECT id, name, description, price_cents, stock FROM products WHERE id = $1'",
    "'SELECT id, name, description, price_cents, stock, featured FROM products WHERE id = $1'",
  );
  await shop.edit('src/store.js', '    stock: row.stock,', '    stock: row.stock,\n    featured: row.featured,');
  await shop.edit(
    'src/pages.js',
    '">${escape(product.name)}</a>',
    "\">${product.featured ? '★ ' : ''}${escape(product.name)}</a>",
  );
  await shop.commit('feat: feature a product on the home page');
}

/** A fix that lets one request in five fail on the path that gets most of the traffic and that no check looks at. */
export async function faultyFix(shop: ShopRepository): Promise<void> {
  await shop.edit(
    'src/app.js',
    '  const pages = createPages(assets.manifest);\n',
    `  const pages = createPages(assets.manifest);
  let asked = 0;
`,
  );
  await shop.edit(
    'src/app.js',
    `      async (request, [id]) => {
        const product = await store.findProduct(Number(id));
        return product === null ? failure(`,
    `      async (request, [id]) => {
        asked += 1;
        if (asked % 5 === 0) throw new Error('the stock is being counted');
        const product = await store.findProduct(Number(id));
        return product === null ? failure(`,
  );
  await shop.commit('fix: count the stock again from time to time');
}

/** Take the faulty fix back, as anybody would, and rename a column that the running release still reads. */
export async function renamedColumn(shop: ShopRepository): Promise<void> {
  await shop.git('revert', '--no-edit', 'HEAD');
  await shop.write(
    'migrations/0004_unit_price.sql',
    'ALTER TABLE products RENAME COLUMN price_cents TO unit_price_cents;\n',
  );
  await shop.write(
    'migrations/0004_unit_price.down.sql',
    'ALTER TABLE products RENAME COLUMN unit_price_cents TO price_cents;\n',
  );
  for (const end of ['ORDER BY id', 'WHERE id = $1']) {
    await shop.edit(
      'src/store.js',
      `price_cents, stock, featured FROM products ${end}`,
      `unit_price_cents, stock, featured FROM products ${end}`,
    );
  }
  await shop.edit(
    'src/store.js',
    'priceCents: row.price_cents,\n    stock',
    'priceCents: row.unit_price_cents,\n    stock',
  );
  await shop.edit('src/store.js', 'SELECT $1, id, $3, price_cents FROM', 'SELECT $1, id, $3, unit_price_cents FROM');
  await shop.commit('feat: call the price what it is, the price of one unit');
}
