import { z } from 'zod';
import { securityFaults, securityRules } from '../domain/smoke/security-headers.ts';
import type { Check } from './check.ts';
import { fetchFollowing } from './fetch.ts';
import { commonFields, requestFields } from './fields.ts';

const schema = z.strictObject({
  type: z.literal('security-headers'),
  ...commonFields,
  ...requestFields,
  path: requestFields.path.default('/'),
  require: z
    .array(z.enum(securityRules))
    .min(1)
    .default([...securityRules])
    .describe('What the answer must say.'),
});

/** The headers that tell a browser to be careful. */
export const securityHeaders: Check<typeof schema> = {
  type: 'security-headers',
  schema,
  describe: ({ path }) => `security headers of ${path}`,
  attempt: async (spec, target, { http }) => {
    const { origin } = new URL(target.baseUrl);
    const fetched = await fetchFollowing(
      {
        method: 'GET',
        url: new URL(spec.path, origin).href,
        headers: spec.headers,
        timeoutMs: spec.timeout,
        maxBodyBytes: 1,
        maxRedirects: 5,
        origin,
        mayLeave: false,
      },
      http,
    );
    if (fetched.kind !== 'answer') return fetched;
    const faults = securityFaults(spec.require, fetched.response.headers);
    return faults.length === 0 ? { kind: 'pass' } : { kind: 'fail', reason: faults.join('; ') };
  },
};
