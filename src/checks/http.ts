import { z } from 'zod';
import { duration } from '../config/values.ts';
import type { JsonExpectation, StatusRange, TextExpectation } from '../domain/smoke/expect.ts';
import { findFault } from '../domain/smoke/expect.ts';
import { parseJsonPath } from '../domain/smoke/json-path.ts';
import type { Check } from './check.ts';
import { fetchFollowing } from './fetch.ts';
import { commonFields, requestFields } from './fields.ts';

const statusError = 'expected a status (200), a range (200-299), a class (2xx), or a list of these';

const status = z
  .union([z.int().min(100).max(599), z.string().regex(/^([1-5]\d\d-[1-5]\d\d|[1-5]xx)$/)], { error: statusError })
  .transform((value): StatusRange => {
    if (typeof value === 'number') return { from: value, to: value };
    const [from = '', to = from] = value.split('-');
    return { from: Number(from.replace('xx', '00')), to: Number(to.replace('xx', '99')) };
  })
  .refine(({ from, to }) => from <= to, { error: 'the range ends before it begins' });

const statuses = z
  .union([status.transform((range) => [range]), z.array(status).min(1)], { error: statusError })
  .default([{ from: 200, to: 299 }]);

const pattern = z.string().refine(isPattern, { error: 'expected a regular expression' });

function listOf(item: z.ZodType<string, string>, error: string) {
  return z.union([item.transform((one) => [one]), z.array(item)], { error }).default([]);
}

const header = z.union(
  [
    z.string().transform((equals): TextExpectation => ({ equals })),
    z.strictObject({ equals: z.string() }),
    z.strictObject({ contains: z.string() }),
    z.strictObject({ matches: pattern }),
    z.strictObject({ exists: z.boolean() }),
  ],
  { error: 'expected a text, or one of { equals }, { contains }, { matches }, { exists }' },
);

const json = z.union(
  [
    z
      .union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.json())])
      .transform((equals): JsonExpectation => ({ equals })),
    z.strictObject({ equals: z.json() }),
    z.strictObject({ exists: z.boolean() }),
  ],
  { error: 'expected a value, or one of { equals: ... }, { exists: true }' },
);

const jsonByPath = z.record(z.string(), json).superRefine((expected, context) => {
  for (const path of Object.keys(expected)) {
    if (parseJsonPath(path) !== null) continue;
    context.addIssue({ code: 'custom', path: [path], message: 'expected a path such as $.items[0].name' });
  }
});

const schema = z.strictObject({
  type: z.literal('http'),
  ...commonFields,
  ...requestFields,
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).default('GET'),
  body: z.string().optional().describe('Sent with the request.'),
  followRedirects: z.int().min(0).max(20).default(0).describe('At most so many; 0 judges the redirect itself.'),
  status: statuses,
  contains: listOf(z.string().min(1), 'expected a text, or a list of texts').describe(
    'Texts that the body must contain.',
  ),
  matches: listOf(pattern, 'expected a regular expression, or a list of them').describe(
    'Regular expressions that the body must match.',
  ),
  json: jsonByPath.default({}).describe('By path ($.items[0].name): a value, or { exists: true }.'),
  responseHeaders: z
    .record(z.string(), header)
    .default({})
    .describe('By name: a text, or { contains }, { matches }, { exists }.'),
  maxLatency: duration.optional().describe('For one attempt, redirects included.'),
});

/** One request, and what its answer must be like. */
export const http: Check<typeof schema> = {
  type: 'http',
  schema,
  describe: (spec) => `${spec.method} ${spec.path}`,
  attempt: async (spec, target, ports) => {
    const fetched = await fetchFollowing(
      {
        method: spec.method,
        url: new URL(spec.path, target.baseUrl).href,
        headers: spec.headers,
        body: spec.body,
        timeoutMs: spec.timeout,
        maxRedirects: spec.followRedirects,
        origin: new URL(target.baseUrl).origin,
        mayLeave: false,
      },
      ports.http,
    );
    if (fetched.kind !== 'answer') return fetched;
    const fault = findFault(spec, fetched.response);
    return fault === null ? { kind: 'pass' } : { kind: 'fail', reason: fault };
  },
};

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
