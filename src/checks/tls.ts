import { z } from 'zod';
import { certificateFault } from '../domain/smoke/certificate.ts';
import type { Check } from './check.ts';
import { without } from './check.ts';
import { commonFields } from './fields.ts';
import { placeOf, socketFields } from './where.ts';

const schema = z.strictObject({
  type: z.literal('tls'),
  ...commonFields,
  ...socketFields,
  port: socketFields.port.unwrap().default(443),
  serverName: z.string().min(1).optional().describe('The name that the certificate must be for; default: the host.'),
  minDays: z.int().min(0).max(365).default(30).describe('It must be valid for at least so many days.'),
  chain: z.boolean().default(true).describe('This machine must trust who issued it.'),
});

/** A certificate: for the name, trusted, and valid for a while. */
export const tls: Check<typeof schema> = {
  type: 'tls',
  schema,
  describe: ({ serverName, host, port }) => `tls ${serverName ?? host ?? ''}:${port}`,
  attempt: async (spec, target, { sockets, clock }) => {
    if (sockets === undefined) return without('sockets');
    const place = placeOf(spec, target);
    const name = spec.serverName ?? place.host;
    const rules = { name, minDays: spec.minDays, isChainJudged: spec.chain };
    try {
      const facts = await sockets.certificate({ ...place, tls: { serverName: name }, timeoutMs: spec.timeout });
      const fault = certificateFault(facts, rules, clock.now());
      return fault === null ? { kind: 'pass' } : { kind: 'fail', reason: `the certificate of ${name} ${fault}` };
    } catch (error) {
      return { kind: 'fail', reason: (error as Error).message };
    }
  },
};
