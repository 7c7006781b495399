import { z } from 'zod';
import type { Outcome } from '../../ports.ts';
import { results } from './results.ts';

const failure = z
  .strictObject({
    message: z.string(),
    hint: z.string(),
    problems: z.array(z.looseObject({ path: z.string(), message: z.string() })),
    facts: z.record(z.string(), z.unknown()),
  })
  .partial({ hint: true, problems: true, facts: true })
  .describe('Why it failed: `message`, `hint` with the next step, `problems` with their places, `facts`.');

const outcomeNames = [
  'ok',
  'planned',
  'running',
  'refused',
  'rolled-back',
  'rollback-failed',
  'inconclusive',
  'locked',
  'interrupted',
  'error',
] as const satisfies readonly Outcome[];

/** The final document of a command. */
export function documentSchema(command: string): z.ZodType {
  return z.strictObject({
    fairway: z.string().describe('Version of Fairway.'),
    command: z.literal(command),
    outcome: z.enum(outcomeNames),
    code: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
    exitCode: z.int(),
    durationMs: z.int().nonnegative(),
    stages: z.array(z.looseObject({ name: z.string(), outcome: z.string(), durationMs: z.number() })),
    result: z.strictObject({ ...results[command], error: failure }).partial(),
  });
}

/** The JSON Schema of every final document. */
export function finalDocumentSchema(): unknown {
  return z.toJSONSchema(z.union(Object.keys(results).map(documentSchema)), { reused: 'ref' });
}
