import { z } from 'zod';
import { duration } from '../config/values.ts';
import type { CheckTarget } from './check.ts';

/** What every check that opens a connection of its own may say. */
export const socketFields = {
  host: z.string().min(1).optional().describe('Default: where the release under test is.'),
  port: z.int().min(1).max(65_535).optional().describe('Default: that of the release under test.'),
  timeout: duration
    .default(5_000)
    .refine((ms) => ms > 0, { error: 'a deadline is longer than 0' })
    .describe('For each attempt.'),
};

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** Where a check looks: what it says, else the release under test. */
export function placeOf(
  spec: { readonly host?: string | undefined; readonly port?: number | undefined },
  { baseUrl }: CheckTarget,
): Place {
  const { hostname, port, protocol } = new URL(baseUrl);
  const own = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  return { host: spec.host ?? hostname, port: spec.port ?? own };
}
