import { FairwayError } from '../errors.ts';
import type { Hop } from '../domain/smoke/redirect.ts';
import { nextHop } from '../domain/smoke/redirect.ts';
import type { Http, HttpResponse } from '../ports.ts';
import type { Attempt } from './check.ts';

export interface Wanted {
  readonly method: string;
  readonly url: string;
  /** Go to the release under test only, for they may hold a password. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly timeoutMs: number;
  readonly maxBodyBytes?: number;
  readonly maxRedirects: number;
  /** The release under test. */
  readonly origin: string;
  /** Whether a redirect may lead away from it. */
  readonly mayLeave: boolean;
}

export type Fetched =
  | { readonly kind: 'answer'; readonly url: string; readonly response: HttpResponse }
  | Exclude<Attempt, { kind: 'pass' }>;

/** One answer, after the redirects that are allowed; its duration is that of the whole chain. */
export async function fetchFollowing(wanted: Wanted, http: Http): Promise<Fetched> {
  const hops: [Hop, ...Hop[]] = [{ method: wanted.method, url: wanted.url, withBody: wanted.body !== undefined }];
  const limits = { maxRedirects: wanted.maxRedirects, origin: wanted.mayLeave ? null : wanted.origin };
  let durationMs = 0;
  for (;;) {
    const hop = hops.at(-1) ?? hops[0];
    const response = await ask(hop, wanted, http);
    if ('kind' in response) return response;
    durationMs += response.durationMs;
    const next = nextHop(hops, { status: response.status, location: response.headers['location'] }, limits);
    if (next.kind === 'refused') return { kind: 'fail', reason: next.reason };
    if (next.kind === 'arrived') return { kind: 'answer', url: hop.url, response: { ...response, durationMs } };
    hops.push(next.hop);
  }
}

async function ask(hop: Hop, wanted: Wanted, http: Http): Promise<HttpResponse | Exclude<Attempt, { kind: 'pass' }>> {
  try {
    return await http.request({
      method: hop.method,
      url: hop.url,
      headers: new URL(hop.url).origin === wanted.origin ? wanted.headers : {},
      timeoutMs: wanted.timeoutMs,
      ...(hop.withBody && wanted.body !== undefined ? { body: wanted.body } : {}),
      ...(wanted.maxBodyBytes === undefined ? {} : { maxBodyBytes: wanted.maxBodyBytes }),
    });
  } catch (error) {
    return { kind: error instanceof FairwayError ? 'inconclusive' : 'fail', reason: (error as Error).message };
  }
}
