/** One request of a chain. */
export interface Hop {
  readonly method: string;
  readonly url: string;
  /** Whether the body of the first request goes with it. */
  readonly withBody: boolean;
}

export type Redirect =
  | { readonly kind: 'arrived' }
  | { readonly kind: 'follow'; readonly hop: Hop }
  | { readonly kind: 'refused'; readonly reason: string };

const redirects = [301, 302, 303, 307, 308];

/**
 * Decide where an answer leads. `hops` are the requests so far, the answered one last.
 *
 * `origin` is the release under test: what lies elsewhere would tell nothing about it; null allows any.
 */
export function nextHop(
  hops: readonly [Hop, ...Hop[]],
  answer: { readonly status: number; readonly location: string | undefined },
  limits: { readonly maxRedirects: number; readonly origin: string | null },
): Redirect {
  const { status, location } = answer;
  const last = hops.at(-1) ?? hops[0];
  if (limits.maxRedirects === 0 || !redirects.includes(status) || location === undefined) return { kind: 'arrived' };
  if (!URL.canParse(location, last.url)) return refused(`redirects to "${location}", which is no address`);
  const target = new URL(location, last.url);
  target.hash = '';
  const url = target.href;
  const chain = [...hops.map((hop) => hop.url), url].map(short).join(' -> ');
  if (limits.origin !== null && target.origin !== limits.origin) {
    return refused(`redirects to ${url}, which is not the release under test (${limits.origin})`);
  }
  const hop = toHop(last, url, status);
  if (hops.some((seen) => seen.url === hop.url && seen.method === hop.method)) {
    return refused(`redirects for ever: ${chain}`);
  }
  if (hops.length > limits.maxRedirects) return refused(`redirects more than ${limits.maxRedirects} times: ${chain}`);
  return { kind: 'follow', hop };
}

function toHop(last: Hop, url: string, status: number): Hop {
  const becomesGet =
    (status === 303 && last.method !== 'HEAD') || ((status === 301 || status === 302) && last.method === 'POST');
  return becomesGet ? { method: 'GET', url, withBody: false } : { ...last, url };
}

function refused(reason: string): Redirect {
  return { kind: 'refused', reason };
}

function short(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
