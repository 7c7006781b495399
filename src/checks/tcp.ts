import { z } from 'zod';
import type { Check } from './check.ts';
import { without } from './check.ts';
import { commonFields } from './fields.ts';
import { placeOf, socketFields } from './where.ts';

const schema = z.strictObject({
  type: z.literal('tcp'),
  ...commonFields,
  ...socketFields,
  send: z.string().default('').describe('Sent once the connection is open.'),
  expect: z.string().min(1).optional().describe('A text that must come back; without it an open port is enough.'),
});

/** Something listens, and answers as it should. */
export const tcp: Check<typeof schema> = {
  type: 'tcp',
  schema,
  describe: ({ host, port }) => `tcp ${host ?? ''}${port === undefined ? '' : `:${port}`}`.trim(),
  attempt: async (spec, target, { sockets }) => {
    if (sockets === undefined) return without('sockets');
    const until = spec.expect === undefined ? /^/ : new RegExp(escaped(spec.expect));
    try {
      await sockets.converse({ ...placeOf(spec, target), timeoutMs: spec.timeout }, [{ say: spec.send, until }]);
      return { kind: 'pass' };
    } catch (error) {
      return { kind: 'fail', reason: (error as Error).message };
    }
  },
};

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
