// The pages, as strings. Whatever comes from outside goes through `escape`.

export function createPages(manifest) {
  const asset = (name) => {
    if (manifest[name] === undefined) throw new Error(`${name} is not in the manifest: run "node build.js"`);
    return manifest[name];
  };

  const layout = (title, content) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escape(title)}</title>
    <link rel="icon" href="${asset('logo.svg')}" type="image/svg+xml">
    <link rel="stylesheet" href="${asset('shop.css')}">
    <script src="${asset('shop.js')}" defer></script>
  </head>
  <body>
    <header><a href="/"><img src="${asset('logo.svg')}" alt="" width="32" height="32"> The Shop</a></header>
    <main>
${content}
    </main>
  </body>
</html>
`;

  return {
    index: (products) =>
      layout(
        'The Shop',
        `<h1>What we sell</h1>
<ul class="products">
${products.map(card).join('\n')}
</ul>`,
      ),

    product: (product) =>
      layout(
        `${product.name} - The Shop`,
        `<h1>${escape(product.name)}</h1>
<p>${escape(product.description)}</p>
<p class="price">${price(product.priceCents)}</p>
<p class="stock" data-product="${product.id}">${product.stock} in stock</p>
<form class="order" data-product="${product.id}">
  <label>E-mail <input name="email" type="email" required></label>
  <label>Quantity <input name="quantity" type="number" min="1" max="1000" value="1" required></label>
  <button>Order</button>
  <output></output>
</form>`,
      ),

    notFound: () => layout('Not found - The Shop', '<h1>There is no such page</h1><p><a href="/">To the shop</a></p>'),

    broken: () => layout('Sorry - The Shop', '<h1>Something broke on our side</h1><p>Please try again.</p>'),
  };
}

const card = (product) => `  <li>
    <a href="/products/${product.id}">${escape(product.name)}</a>
    <span class="price">${price(product.priceCents)}</span>
  </li>`;

const price = (cents) => `€ ${(cents / 100).toFixed(2)}`;

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export const escape = (text) => String(text).replace(/[&<>"']/g, (character) => entities[character]);
