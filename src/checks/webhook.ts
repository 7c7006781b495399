import { z } from 'zod';
import { duration } from '../config/values.ts';
import type { Check } from './check.ts';
import { without } from './check.ts';
import { commonFields, requestFields } from './fields.ts';

const schema = z.strictObject({
  type: z.literal('webhook'),
  ...commonFields,
  ...requestFields,
  method: z.enum(['POST', 'PUT', 'GET']).default('POST'),
  path: requestFields.path.describe('What makes the release call back; {url} stands for where to (encoded).'),
  body: z.string().optional().describe('Sent with it; {url} stands for where to.'),
  listen: z
    .strictObject({
      address: z.ipv4().default('127.0.0.1').describe('Where the call is awaited.'),
      port: z.int().min(0).max(65_535).default(0).describe('0 takes a free one.'),
      url: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('How the release reaches that, when not directly.'),
    })
    .prefault({}),
  contains: z.string().min(1).optional().describe('A text that the call must have in its body.'),
  within: duration.default(10_000).describe('How long the call may take.'),
});

/** The release is asked to call back, and does: out to us and in again. */
export const webhook: Check<typeof schema> = {
  type: 'webhook',
  schema,
  describe: ({ path }) => `webhook ${path}`,
  attempt: async (spec, target, { sockets, http, clock }) => {
    if (sockets === undefined) return without('sockets');
    const receiver = await sockets.receive(spec.listen.address, spec.listen.port);
    try {
      const path = `/fairway-webhook-${clock.now().getTime()}`;
      const url = new URL(path, spec.listen.url ?? receiver.url).href;
      const { status } = await http.request({
        method: spec.method,
        url: new URL(spec.path.replaceAll('{url}', encodeURIComponent(url)), target.baseUrl).href,
        headers: spec.headers,
        timeoutMs: spec.timeout,
        ...(spec.body === undefined ? {} : { body: spec.body.replaceAll('{url}', url) }),
      });
      if (status >= 400) return { kind: 'fail', reason: `${spec.path} answered ${status}` };
      const call = await receiver.wait((request) => new URL(request.path, url).pathname === path, spec.within);
      if (call === null) return { kind: 'fail', reason: `no call came within ${spec.within / 1_000} s` };
      if (spec.contains === undefined || call.body.includes(spec.contains)) return { kind: 'pass' };
      return { kind: 'fail', reason: `the call lacks "${spec.contains}"` };
    } catch (error) {
      return { kind: 'fail', reason: (error as Error).message };
    } finally {
      await receiver.close();
    }
  },
};
