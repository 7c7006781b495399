import { z } from 'zod';
import { duration } from '../config/values.ts';

/** What every check may say, whatever its type. */
export const commonFields = {
  name: z.string().min(1).optional().describe('How the report calls it.'),
  optional: z.boolean().default(false).describe('Reported, but never decides.'),
  retry: z
    .strictObject({
      for: duration.default(10_000).describe('How long it may fail before the failure counts; 0s looks once.'),
      every: duration
        .default(500)
        .refine((ms) => ms >= 10, { error: 'at least 10ms' })
        .describe('The first pause between two attempts; pauses grow up to four times that.'),
    })
    .prefault({}),
};

/** What every check that speaks HTTP may say. */
export const requestFields = {
  path: z.string().regex(/^\/(?!\/)/, { error: 'expected a path that begins with one /' }),
  headers: z.record(z.string(), z.string()).default({}).describe('Sent with the request.'),
  timeout: duration.default(5_000).describe('For each request.'),
};
