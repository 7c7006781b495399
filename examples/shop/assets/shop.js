const stock = document.querySelector('.stock');
const form = document.querySelector('form.order');

// The page may be some minutes old: ask for the stock of now.
if (stock) {
  fetch(`/api/products/${stock.dataset.product}`)
    .then((response) => (response.ok ? response.json() : Promise.reject(new Error(response.statusText))))
    .then((product) => (stock.textContent = `${product.stock} in stock`))
    .catch(() => {});
}

form?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const output = form.querySelector('output');
  // The id is ours, so that an order sent twice over a bad line is one order.
  form.dataset.order ??= crypto.randomUUID();
  const response = await fetch('/api/orders', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      id: form.dataset.order,
      email: form.elements.email.value,
      items: [{ productId: Number(form.dataset.product), quantity: Number(form.elements.quantity.value) }],
    }),
  }).catch(() => null);
  output.textContent = response?.ok ? 'Thank you, your order is on its way.' : 'That did not work, please try again.';
});
