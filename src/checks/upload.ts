import { z } from 'zod';
import { lookUp, parseJsonPath } from '../domain/smoke/json-path.ts';
import type { Attempt, Check } from './check.ts';
import { commonFields, requestFields } from './fields.ts';
import { openSession } from './session.ts';

const schema = z.strictObject({
  type: z.literal('upload'),
  ...commonFields,
  ...requestFields,
  path: requestFields.path.describe('Where the file is sent.'),
  method: z.enum(['POST', 'PUT']).default('POST'),
  field: z.string().min(1).optional().describe('Field of a multipart form; without it the file is the whole body.'),
  bytes: z.int().min(64).max(1_000_000).default(10_000).describe('How large the file is.'),
  download: z
    .union([
      requestFields.path.transform((path) => ({ path })),
      z.strictObject({
        json: z.string().refine((path) => parseJsonPath(path) !== null, { error: 'expected a path such as $.url' }),
      }),
      z.strictObject({ header: z.string().min(1) }),
    ])
    .describe('Where it comes back: a path, or { json: $.url } or { header: location } of the answer.'),
  cleanUp: z.boolean().default(false).describe('DELETE it afterwards.'),
});

type Spec = z.output<typeof schema>;

/** A file goes in and comes out as it was. */
export const upload: Check<typeof schema> = {
  type: 'upload',
  schema,
  describe: ({ path }) => `upload ${path}`,
  attempt: async (spec, target, { http, clock }) => {
    const visit = openSession(target.baseUrl, { timeoutMs: spec.timeout, headers: spec.headers }, http);
    const content = contentOf(spec.bytes, clock.now().toISOString());
    try {
      const { response } = await visit(spec.path, { method: spec.method, ...bodyOf(spec, content) });
      if (response.status >= 300) return failed(`the upload was answered with ${response.status}`);
      const where = placeOf(spec.download, response);
      if (where === null) return failed('the answer does not say where the file is');
      const back = await visit(where);
      if (back.response.status !== 200) return failed(`${where} answered ${back.response.status}`);
      if (spec.cleanUp) await visit(where, { method: 'DELETE' });
      if (back.response.body === content) return { kind: 'pass' };
      return failed(`${back.response.body.length} characters came back, not the ${content.length} that were sent`);
    } catch (error) {
      return failed((error as Error).message);
    }
  },
};

function failed(reason: string): Attempt {
  return { kind: 'fail', reason };
}

/** Text that no other attempt sends. */
function contentOf(bytes: number, now: string): string {
  const head = `fairway upload check ${now}\n`;
  return `${head}${'0123456789abcdef'.repeat(Math.ceil(bytes / 16))}`.slice(0, bytes);
}

function bodyOf({ field }: Spec, content: string): { readonly headers: Record<string, string>; readonly body: string } {
  if (field === undefined) return { headers: { 'content-type': 'application/octet-stream' }, body: content };
  const boundary = 'fairway-upload-check';
  const part = [
    `--${boundary}`,
    `content-disposition: form-data; name="${field}"; filename="fairway.txt"`,
    'content-type: text/plain',
    '',
    content,
    `--${boundary}--`,
    '',
  ];
  return { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body: part.join('\r\n') };
}

function placeOf(
  download: Spec['download'],
  response: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
): string | null {
  if ('path' in download) return download.path;
  if ('header' in download) return response.headers[download.header.toLowerCase()] ?? null;
  const path = parseJsonPath(download.json);
  const found = path === null ? null : valueAt(path, response.body);
  return typeof found === 'string' ? found : null;
}

function valueAt(path: NonNullable<ReturnType<typeof parseJsonPath>>, body: string): unknown {
  try {
    const found = lookUp(JSON.parse(body), path);
    return found.found ? found.value : null;
  } catch {
    return null;
  }
}
