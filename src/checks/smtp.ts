import { z } from 'zod';
import type { Check } from './check.ts';
import { without } from './check.ts';
import { commonFields } from './fields.ts';
import { placeOf, socketFields } from './where.ts';

const schema = z.strictObject({
  type: z.literal('smtp'),
  ...commonFields,
  ...socketFields,
  port: socketFields.port.unwrap().default(25),
  secure: z.boolean().default(false).describe('TLS from the first byte (port 465).'),
  starttls: z.boolean().default(false).describe('The server must offer STARTTLS.'),
});

/** The last line of a reply has a blank after its code. */
const reply = /^(\d{3}-[^\n]*\n)*\d{3} [^\n]*\n/;

/** A mail server greets, knows us, and says goodbye; no mail is sent. */
export const smtp: Check<typeof schema> = {
  type: 'smtp',
  schema,
  describe: ({ host, port }) => `smtp ${host ?? ''}:${port}`,
  attempt: async (spec, target, { sockets }) => {
    if (sockets === undefined) return without('sockets');
    const place = placeOf(spec, target);
    const tls = spec.secure ? { tls: { serverName: place.host } } : {};
    try {
      const [banner = '', hello = ''] = await sockets.converse({ ...place, ...tls, timeoutMs: spec.timeout }, [
        { say: '', until: reply },
        { say: 'EHLO fairway.invalid\r\n', until: reply },
        { say: 'QUIT\r\n', until: reply },
      ]);
      if (!banner.startsWith('220'))
        return { kind: 'fail', reason: `greets with "${firstLine(banner)}", expected 220` };
      if (!hello.startsWith('250'))
        return { kind: 'fail', reason: `answers EHLO with "${firstLine(hello)}", expected 250` };
      if (spec.starttls && !/^250[ -]STARTTLS/im.test(hello))
        return { kind: 'fail', reason: 'does not offer STARTTLS' };
      return { kind: 'pass' };
    } catch (error) {
      return { kind: 'fail', reason: (error as Error).message };
    }
  },
};

function firstLine(text: string): string {
  return text.split(/\r?\n/)[0] ?? '';
}
