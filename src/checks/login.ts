import { z } from 'zod';
import { secretReference } from '../config/values.ts';
import { encodeForm, findForm, metaContent } from '../domain/smoke/form.ts';
import { FairwayError } from '../errors.ts';
import type { Secrets } from '../ports.ts';
import type { Attempt, Check } from './check.ts';
import { elsewhere } from './check.ts';
import { commonFields, requestFields } from './fields.ts';
import { openSession } from './session.ts';

const schema = z.strictObject({
  type: z.literal('login'),
  ...commonFields,
  ...requestFields,
  path: requestFields.path.default('/login').describe('The page with the form.'),
  fields: z.record(z.string(), z.string()).describe('What is filled in by hand, by name; never a password.'),
  secretFields: z
    .record(z.string(), secretReference)
    .default({})
    .describe('The same from secrets: env:NAME or file:PATH.'),
  csrfHeader: z.string().optional().describe('Send what <meta name="csrf-token"> says in this header.'),
  expect: z
    .strictObject({
      path: requestFields.path.optional().describe('Visited afterwards; default: where the login leads.'),
      contains: z.string().min(1).describe('A text that only who is logged in sees.'),
    })
    .describe('How to see that it worked.'),
});

type Spec = z.output<typeof schema>;

/** The way in as a person takes it: page, cookies, CSRF token, form, and a page that only members see. */
export const login: Check<typeof schema> = {
  type: 'login',
  schema,
  describe: ({ path }) => `login ${path}`,
  attempt: async (spec, target, { http, secrets }) => {
    if (secrets === undefined && Object.keys(spec.secretFields).length > 0) return elsewhere('needs secrets');
    try {
      const visit = openSession(target.baseUrl, { timeoutMs: spec.timeout, headers: spec.headers }, http);
      return await journey(spec, visit, await valuesOf(spec, secrets));
    } catch (error) {
      return { kind: error instanceof FairwayError ? 'inconclusive' : 'fail', reason: (error as Error).message };
    }
  },
};

async function journey(
  spec: Spec,
  visit: ReturnType<typeof openSession>,
  values: Readonly<Record<string, string>>,
): Promise<Attempt> {
  const page = await visit(spec.path);
  if (page.response.status !== 200) return failed(`${spec.path} answered ${page.response.status}`);
  const form = findForm(page.response.body, page.url, Object.keys(values));
  if (form === null) return failed(`${spec.path} has no form with the fields ${Object.keys(values).join(', ')}`);
  const token = spec.csrfHeader === undefined ? null : metaContent(page.response.body, 'csrf-token');
  if (spec.csrfHeader !== undefined && token === null) return failed(`${spec.path} has no <meta name="csrf-token">`);
  const sent = await visit(form.action, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      referer: page.url,
      origin: new URL(page.url).origin,
      ...(spec.csrfHeader === undefined || token === null ? {} : { [spec.csrfHeader]: token }),
    },
    body: encodeForm({ ...form.fields, ...values }),
  });
  if (sent.response.status >= 400) return failed(`the form was answered with ${sent.response.status}`);
  const seen = spec.expect.path === undefined ? sent : await visit(spec.expect.path);
  const { status, body } = seen.response;
  const where = new URL(seen.url).pathname;
  if (status !== 200) return failed(`${where} answered ${status} after the login`);
  return body.includes(spec.expect.contains)
    ? { kind: 'pass' }
    : failed(`${where} lacks "${spec.expect.contains}" after the login`);
}

function failed(reason: string): Attempt {
  return { kind: 'fail', reason };
}

async function valuesOf(spec: Spec, secrets: Secrets | undefined): Promise<Readonly<Record<string, string>>> {
  const values: Record<string, string> = { ...spec.fields };
  for (const [name, reference] of Object.entries(spec.secretFields)) {
    if (secrets !== undefined) values[name] = await secrets.resolve(reference);
  }
  return values;
}
