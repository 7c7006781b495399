import type { Config } from '../config/schema.ts';
import type { Secrets } from '../ports.ts';

/** A proxy as it travels in a plan: references of secrets are names, and their values go beside it. */
export interface SealedProxy {
  readonly proxy: Config['proxy'];
  readonly values: Readonly<Record<string, string>>;
}

/** Resolve certificates that are secrets. No variable of a process can have such a name, so none gets them. */
export async function sealProxy(proxy: Config['proxy'], secrets: Secrets): Promise<SealedProxy> {
  if (proxy?.type !== 'haproxy' || proxy.tls === undefined) return { proxy, values: {} };
  const values: Record<string, string> = {};
  const certificates: string[] = [];
  for (const [index, source] of proxy.tls.certificates.entries()) {
    if (source.startsWith('/')) {
      certificates.push(source);
      continue;
    }
    const name = `proxy.tls.certificates.${index}`;
    values[name] = await secrets.resolve(source);
    certificates.push(`secret:${name}`);
  }
  return { proxy: { ...proxy, tls: { ...proxy.tls, certificates } }, values };
}
