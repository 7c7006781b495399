import { afterEach, beforeEach, expect, test } from 'vitest';
import { embedded } from '../../../src/proxies/embedded.ts';
import { haproxy } from '../../../src/proxies/haproxy.ts';

import { needs } from '../../requirements.ts';
import { openHost, scope } from './host.ts';
import type { Host } from './host.ts';

/** What users asked for lately warms a new release up, and nothing tells who they were. */

let host: Host;

beforeEach(async () => {
  host = await openHost();
});

afterEach(async () => {
  const agent = await host.connect();
  await agent.request({ type: 'down', ...scope }).catch(() => undefined);
  await host.close();
});

async function warmedUp(proxy: { readonly type: string }) {
  const changes = { proxy, steps: [{ weightPercent: 100, holdMs: 0 }] } as const;
  await host.deploy(await host.plan('1.0.0', changes));
  const ask = async (path: string, init: RequestInit = {}) => await (await fetch(`${host.url}${path}`, init)).text();
  for (const path of ['/products/1', '/products/2', '/products/1']) await ask(path);
  await ask('/basket', { headers: { cookie: 'session=1' } });
  await ask('/account', { headers: { authorization: 'Bearer secret' } });
  await ask('/search?q=somebody');
  await ask('/orders', { method: 'POST', body: 'an order' });
  const said: Record<string, unknown>[] = [];
  const end = await host.deploy(
    await host.plan('1.1.0', { ...changes, warmUp: { requests: 20, forMs: 10_000 } }),
    ({ kind, facts }) => {
      if (kind === 'warm-up' && facts !== undefined && 'paths' in facts) said.push({ ...facts });
    },
  );
  return { end, said };
}

// The smoke check's own path is one of them: it comes through the users' door as well.
const expected = [{ requests: 20, paths: 3, failed: 0 }];

test('embedded: only anonymous GETs without a query are sent again', async () => {
  const port = Number(new URL(host.url).port);
  const { end, said } = await warmedUp(embedded.schema.parse({ type: 'embedded', port }));

  expect(end).toMatchObject({ outcome: 'ok' });
  expect(said).toEqual(expected);
});

needs('haproxy')('HAProxy: only anonymous GETs without a query are sent again', async () => {
  const port = Number(new URL(host.url).port);
  const { end, said } = await warmedUp(haproxy.schema.parse({ type: 'haproxy', port }));

  expect(end).toMatchObject({ outcome: 'ok' });
  expect(said).toEqual(expected);
});
