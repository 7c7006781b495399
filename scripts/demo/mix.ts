import type { LoadRequest } from '../../test/load/load.ts';

/**
 * What users of the shop do: mostly they look at one product.
 *
 * Four requests in five go to the path that scene 3 breaks and that no smoke check looks at.
 */
export const mix: readonly LoadRequest[] = [
  ...[1, 2, 3, 4, 5].map((id) => ({ path: `/api/products/${id}`, weight: 16 })),
  { path: '/', weight: 6 },
  { path: '/products/2', weight: 6 },
  { path: '/api/products', weight: 4 },
  {
    method: 'POST',
    path: '/api/orders',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      id: '00000000-0000-4000-8000-000000000002',
      email: 'user@shop.example',
      items: [{ productId: 2, quantity: 6 }],
    }),
    weight: 4,
  },
];
