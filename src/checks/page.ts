import { z } from 'zod';
import { findFault } from '../domain/smoke/expect.ts';
import { pageReferences } from '../domain/smoke/references.ts';
import { loadAssets } from './assets.ts';
import type { Check } from './check.ts';
import { fetchFollowing } from './fetch.ts';
import { commonFields, requestFields } from './fields.ts';

const schema = z.strictObject({
  type: z.literal('page'),
  ...commonFields,
  ...requestFields,
  followRedirects: z.int().min(0).max(20).default(5).describe('At most so many, for the page and for each asset.'),
  assets: z.enum(['all', 'same-origin']).default('all').describe('Which of the assets that it references are loaded.'),
  maxAssets: z.int().min(1).max(2_000).default(200).describe('With more, the check is inconclusive.'),
});

const isPage = {
  status: [{ from: 200, to: 299 }],
  contains: [],
  matches: [],
  json: {},
  responseHeaders: { 'content-type': { matches: '^(text/html|application/xhtml\\+xml)' } },
} as const;

/** A page and every asset that it references, as a browser would load them; no script runs. */
export const page: Check<typeof schema> = {
  type: 'page',
  schema,
  describe: (spec) => `page ${spec.path}`,
  attempt: async (spec, target, ports) => {
    const { origin } = new URL(target.baseUrl);
    const request = {
      origin,
      method: 'GET',
      headers: spec.headers,
      timeoutMs: spec.timeout,
      maxRedirects: spec.followRedirects,
    };
    const fetched = await fetchFollowing(
      { ...request, url: new URL(spec.path, origin).href, mayLeave: false },
      ports.http,
    );
    if (fetched.kind !== 'answer') return fetched;
    const fault = findFault(isPage, fetched.response);
    if (fault !== null) return { kind: 'fail', reason: fault };
    return await loadAssets(
      pageReferences(fetched.response.body, fetched.url),
      {
        request,
        maxAssets: spec.maxAssets,
        mayLoad: (url) => spec.assets === 'all' || new URL(url).origin === origin,
      },
      ports.http,
    );
  },
};
