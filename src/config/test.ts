import { z } from 'zod';
import { commands, command, deadline, environmentVariables, percentage, relativePath } from './values.ts';

const serviceName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, { error: 'expected a short name of lower-case letters' });

const service = z.union(
  [
    z.strictObject({
      type: z.enum(['postgres', 'mariadb', 'redis']).describe('A server that Fairway knows how to make ready.'),
      image: z.string().min(1).describe('Its image, best by digest.'),
      env: environmentVariables.default({}).describe('Set for this service only.'),
      timeout: deadline.prefault('60s').describe('How long it may take until it answers.'),
    }),
    z.strictObject({
      type: z.literal('application').describe('The image that was built, as it would serve.'),
      command: command.optional().describe('What to start; default: what the image starts.'),
      port: z.int().min(1).max(65_535).default(8080).describe('Where it listens; PORT says so to it.'),
      path: z.string().startsWith('/').default('/').describe('Answers 2xx when it is ready.'),
      env: environmentVariables.default({}).describe('Set for this service only.'),
      timeout: deadline.prefault('60s').describe('How long it may take until it answers.'),
    }),
  ],
  { error: 'expected a service of the type postgres, mariadb or redis with its image, or of the type application' },
);

const report = z.strictObject({
  type: z.enum(['junit', 'lcov', 'cobertura']).describe('Form of the report.'),
  path: relativePath.describe('Where the tests write it, relative to the folder that they run in.'),
});

/** The section `test`: tests of what was built. */
export const testSection = z.strictObject({
  run: commands.default([]).describe('Commands that must succeed, in a copy of what was built.'),
  env: environmentVariables.default({}).describe('Set for these commands only.'),
  timeout: deadline.prefault('15m').describe('For each command.'),
  reports: z
    .array(report)
    .default([])
    .describe('Reports that the tests write: totals, failed tests and coverage are read from them.'),
  coverage: percentage
    .prefault('80%')
    .describe('Share of lines that tests must reach, when a report of coverage is declared.'),
  critical: z
    .array(z.string().min(1))
    .default([])
    .describe('Names of tests that must be in a report of the type junit and must have passed.'),
  matrix: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.array(z.string()).min(1))
    .default({})
    .describe('Environment variables with several values: the tests run once for each combination, side by side.'),
  parallel: z.int().min(1).max(64).default(4).describe('How many combinations of the matrix run at the same time.'),
  services: z
    .record(serviceName, service)
    .default({})
    .describe('Servers that the tests reach by their name as host, started for each combination (engine docker).'),
});
