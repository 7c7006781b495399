import { z } from 'zod';
import { embedded } from './embedded.ts';
import { haproxy } from './haproxy.ts';
import { nginx } from './nginx.ts';
import type { ProxyPlugin } from './proxy.ts';

/** The registry: a new proxy is one file and one line in each of these two. */
export const proxies: readonly ProxyPlugin[] = [embedded, haproxy, nginx] as unknown as readonly ProxyPlugin[];

export const proxySchema = z.discriminatedUnion('type', [embedded.schema, haproxy.schema, nginx.schema]);

/** Who shifts traffic when nobody says: ours on a laptop, HAProxy for containers. */
export function defaultProxy(targetType: string): z.output<typeof proxySchema> {
  return proxySchema.parse({ type: targetType === 'process' ? 'embedded' : 'haproxy' });
}
