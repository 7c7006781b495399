// Answers what src/store.js answers, from memory.
import { UnknownProduct } from '../src/store.js';

export function createFakeStore(overrides = {}) {
  const products = [
    { id: 1, name: 'Teapot', description: 'Holds four cups.', priceCents: 3900, stock: 12 },
    { id: 2, name: 'Cup & <saucer>', description: '', priceCents: 900, stock: 0 },
  ];
  const orders = new Map();
  return {
    ping: async () => {},
    missingTables: async () => [],
    listProducts: async () => products,
    findProduct: async (id) => products.find((product) => product.id === id) ?? null,
    findOrder: async (id) => orders.get(id) ?? null,
    async createOrder({ id, email, items }) {
      if (!orders.has(id)) {
        const priced = items.map((item) => {
          const product = products.find(({ id: productId }) => productId === item.productId);
          if (product === undefined) throw new UnknownProduct(item.productId);
          return { ...item, priceCents: product.priceCents };
        });
        const totalCents = priced.reduce((sum, item) => sum + item.quantity * item.priceCents, 0);
        orders.set(id, { id, email, createdAt: new Date(0).toISOString(), items: priced, totalCents });
      }
      return orders.get(id);
    },
    ...overrides,
  };
}
