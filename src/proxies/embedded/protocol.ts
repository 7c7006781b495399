import { z } from 'zod';

/** Raised when an older proxy would not understand a question, or answer another one. */
export const controlProtocol = 2;

const releaseId = z.string().min(1).max(200);
export const settingsSchema = z.strictObject({ responseTimeoutMs: z.number().positive(), releaseHeader: z.boolean() });

/** What is asked over the control socket: one line of JSON, answered by one. */
export const questionSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hello') }),
  z.strictObject({ type: z.literal('configure'), settings: settingsSchema }),
  z.strictObject({ type: z.literal('add'), releaseId, address: z.string().regex(/^\d{1,3}(\.\d{1,3}){3}:\d{1,5}$/) }),
  z.strictObject({ type: z.literal('shift'), weights: z.record(z.string(), z.number()) }),
  z.strictObject({ type: z.literal('persist-stable'), releaseId }),
  z.strictObject({ type: z.literal('remove'), releaseId }),
  z.strictObject({ type: z.literal('recent-paths') }),
  z.strictObject({ type: z.literal('maintain'), page: z.string().max(8_000).nullable() }),
  z.strictObject({ type: z.literal('stats'), slowerThanMs: z.number().positive().optional() }),
  z.strictObject({ type: z.literal('drain'), releaseId, timeoutMs: z.number().min(0) }),
  z.strictObject({ type: z.literal('stop'), graceMs: z.number().min(0) }),
]);

/** Two proxies may have had the same port: only the one of this directory obeys. */
export const envelopeSchema = z.strictObject({ directory: z.string(), question: questionSchema });

export type Question = z.output<typeof questionSchema>;
export type ProxySettings = z.output<typeof settingsSchema>;

export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: string; readonly reason: string };

/** Who answers on a control socket; never changes its form, so that every version understands every other. */
export const helloSchema = z.looseObject({
  protocol: z.number(),
  /** Tells one bundle from another. */
  build: z.string(),
  pid: z.number(),
  port: z.number(),
  /** Whose traffic it is. */
  directory: z.string(),
});

export type Hello = z.output<typeof helloSchema>;

export const statsSchema = z.array(
  z.object({
    releaseId: z.string(),
    requests: z.number(),
    errors: z.number(),
    inFlight: z.number(),
    p95Ms: z.number().nullable(),
    slower: z.number().optional(),
  }),
);

/** What the proxy remembers for its own restart. */
export const stateSchema = z.object({
  stable: z.object({ releaseId: z.string(), address: z.string() }).nullable(),
  /** Shown instead of the application, also after a restart. */
  page: z.string().nullable().default(null),
});
