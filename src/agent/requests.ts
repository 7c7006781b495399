import { z } from 'zod';
import type { Request } from '../domain/rollout/messages.ts';
import { ConfigError } from '../errors.ts';

/** Names become folders: no dots, no slashes. */
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);
const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$/);
const scope = { app: name, environment: name };
const ms = z
  .number()
  .min(0)
  .max(30 * 86_400_000);

const identity = z.looseObject({ pid: z.int(), startedAt: z.string(), bootId: z.string() });
const owner = z.looseObject({ runId: id, who: z.string(), command: z.string(), process: identity.nullable() });

const process = z.looseObject({
  name,
  argv: z.array(z.string()).min(1),
  traffic: z.boolean(),
  singleton: z.boolean(),
  env: z.record(z.string(), z.string()),
  readyPath: z.string().nullable(),
  readyTimeoutMs: ms,
  stopGraceMs: ms,
  maxRestarts: z.int().min(0),
});

/** Only what the agent itself relies on; target, proxy and checks are read by their plug-ins. */
const plan = z
  .looseObject({
    rolloutId: id,
    runId: id,
    ...scope,
    strategy: z.enum(['canary', 'blue-green', 'recreate', 'rolling']),
    release: z.looseObject({
      id,
      version: z.string().min(1),
      commit: z.string(),
      artifact: z.string(),
      location: z.string(),
      processes: z.array(process).min(1),
      env: z.record(z.string(), z.string()),
      secretNames: z.array(z.string()),
      contracts: z.array(z.string()).optional(),
    }),
    steps: z.array(
      z.looseObject({ weightPercent: z.number().min(0).max(100), holdMs: ms, pause: z.boolean().optional() }),
    ),
    checks: z.array(z.looseObject({ type: z.string() })),
    smokeDeadlineMs: ms,
    guard: z.looseObject({ maxErrorRate: z.number(), minRequests: z.number() }),
    minRequestsPerStep: z.number(),
    longestHoldMs: ms.optional(),
    endStepOnAccept: z.boolean().optional(),
    metrics: z
      .array(
        z.looseObject({
          type: z.string(),
          name: z.string(),
          failAbove: z.number(),
          every: ms.min(1),
          timeout: ms.min(1),
        }),
      )
      .optional(),
    onInconclusive: z.enum(['rollback', 'hold']),
    drainTimeoutMs: ms,
    bakeMs: ms.optional(),
    leaseMs: ms,
    onClientLost: z.enum(['rollback', 'continue']),
    isOneOfSeveral: z.boolean().optional(),
    unattendedMs: ms.min(1).optional(),
    warmMs: ms.optional(),
    syntheticEveryMs: ms.optional(),
    warmUp: z.looseObject({ requests: z.int().min(1).max(10_000), forMs: ms }).optional(),
    watchMs: ms.optional(),
    keepReleases: z.int().min(1),
    target: z.looseObject({ type: z.string() }),
    proxy: z.looseObject({ type: z.string() }),
  })
  .refine(({ strategy, release }) => (strategy === 'rolling') !== release.processes.some(({ traffic }) => traffic), {
    error: 'a process with traffic: true is there to be shifted; only without one the strategy is rolling',
  });

const request = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('hello') }),
  z.looseObject({ type: z.literal('status'), app: name.optional(), environment: name.optional() }),
  z.looseObject({ type: z.literal('lock'), ...scope, owner, leaseMs: ms }),
  z.looseObject({ type: z.literal('renew'), ...scope, runId: id }),
  z.looseObject({ type: z.literal('unlock'), ...scope, runId: id }),
  z.looseObject({ type: z.literal('deploy'), plan, secrets: z.record(z.string(), z.string()) }),
  z.looseObject({
    type: z.literal('adopt'),
    plan,
    container: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,199}$/),
    port: z.int().min(1).max(65_535).nullable(),
    secrets: z.record(z.string(), z.string()),
  }),
  z.looseObject({ type: z.literal('follow'), ...scope, rolloutId: id, afterSeq: z.number() }),
  z.looseObject({ type: z.literal('attend'), ...scope, rolloutId: id }),
  z.looseObject({ type: z.literal('abort'), ...scope }),
  z.looseObject({ type: z.literal('resume'), ...scope, unattendedMs: ms.min(1).optional() }),
  z.looseObject({ type: z.literal('rollback'), ...scope, version: z.string().nullable(), runId: id }),
  z.looseObject({ type: z.literal('published'), ...scope, releaseId: id, runId: id }),
  z.looseObject({
    type: z.literal('no-return'),
    ...scope,
    runId: id,
    steps: z.array(z.looseObject({ version: z.string().min(1), name: z.string() })).min(1),
    holds: z.boolean(),
  }),
  z.looseObject({ type: z.literal('pause'), ...scope }),
  z.looseObject({ type: z.literal('watch'), ...scope, forMs: ms.min(1) }),
  z.looseObject({ type: z.literal('maintain'), ...scope, runId: id, isClosed: z.boolean() }),
  z.looseObject({ type: z.literal('promote'), ...scope, unattendedMs: ms.min(1).optional() }),
  z.looseObject({ type: z.literal('pass'), ...scope, rolloutId: id, barrier: z.enum(['prepared', 'switched']) }),
  z.looseObject({ type: z.literal('host') }),
  z.looseObject({ type: z.literal('proof'), ...scope }),
  z.looseObject({ type: z.literal('take-lock-away'), ...scope, force: z.boolean() }),
  z.looseObject({ type: z.literal('history'), ...scope, limit: z.int().min(1).max(200) }),
  z.looseObject({ type: z.literal('down'), ...scope }),
  z.looseObject({
    type: z.literal('logs'),
    ...scope,
    version: z.string().nullable(),
    process: z.string().nullable(),
    lines: z.int().min(1).max(100_000),
  }),
  z.looseObject({ type: z.literal('shutdown') }),
]);

/** What came over the socket as a request. Throws ConfigError `BAD_REQUEST` with every problem, and never a value. */
export function readRequest(value: unknown): Request {
  const parsed = request.safeParse(value);
  if (parsed.success) return parsed.data as unknown as Request;
  const problems = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  const said = problems.map(({ path, message }) => `${path === '' ? 'request' : path}: ${message}`).join('; ');
  throw new ConfigError('BAD_REQUEST', `the agent does not take this request: ${said}`, {
    hint: 'Client and agent may be of different versions: fairway status shows both.',
    problems,
  });
}
