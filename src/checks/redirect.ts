import { z } from 'zod';
import type { Check } from './check.ts';
import { commonFields, requestFields } from './fields.ts';

const schema = z.strictObject({
  type: z.literal('redirect'),
  ...commonFields,
  ...requestFields,
  path: requestFields.path.default('/'),
  url: z
    .url({ protocol: /^http$/ })
    .optional()
    .describe('Asked instead of the release: where users come in by http.'),
  host: z.string().min(1).optional().describe('Sent as Host, and expected in the new address.'),
  permanent: z.boolean().default(true).describe('Only 301 and 308 will do.'),
});

/** Who comes by http is sent to https, to the same host and path. */
export const redirect: Check<typeof schema> = {
  type: 'redirect',
  schema,
  describe: ({ host, path }) => `http to https ${host ?? ''}${path}`,
  attempt: async (spec, target, { http }) => {
    const url = new URL(spec.path, spec.url ?? target.baseUrl);
    const host = spec.host ?? url.hostname;
    try {
      const { status, headers } = await http.request({
        method: 'GET',
        url: url.href,
        headers: { ...spec.headers, ...(spec.host === undefined ? {} : { host: spec.host }) },
        timeoutMs: spec.timeout,
        maxBodyBytes: 1,
      });
      const fault = redirectFault(status, headers['location'], { host, path: spec.path, permanent: spec.permanent });
      return fault === null ? { kind: 'pass' } : { kind: 'fail', reason: fault };
    } catch (error) {
      return { kind: 'fail', reason: (error as Error).message };
    }
  },
};

interface Expected {
  readonly host: string;
  readonly path: string;
  readonly permanent: boolean;
}

function redirectFault(
  status: number,
  location: string | undefined,
  { host, path, permanent }: Expected,
): string | null {
  const good = permanent ? [301, 308] : [301, 302, 303, 307, 308];
  if (!good.includes(status)) return `answered ${status}, expected ${good.join(' or ')}`;
  if (location === undefined) return `answered ${status} without a location`;
  const to = URL.canParse(location) ? new URL(location) : null;
  if (to?.protocol !== 'https:') return `leads to ${location}, expected https`;
  if (to.hostname !== host) return `leads to ${to.hostname}, expected ${host}`;
  return to.pathname === path ? null : `leads to ${to.pathname}, expected ${path}`;
}
