import { z } from 'zod';
import { checkSchema } from '../checks/index.ts';
import { databaseSchema } from '../databases/index.ts';
import { proxySchema } from '../proxies/index.ts';
import { targetSchema } from '../targets/index.ts';
import { command, commands, duration, environmentVariables, percentage, secretReference } from './values.ts';

/**
 * The only source of what a `fairway.yml` may say. Flags, the JSON Schema and the reference come from it.
 * Every field has a default or is needed for nothing to be guessed.
 */

const name = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, {
  error: 'expected a short name: lower-case letters, digits and "-", beginning with a letter',
});

const build = z.strictObject({
  run: commands
    .default([])
    .describe('Commands that make the application ready to run, in the clean tree of the commit.'),
  output: z.string().default('.').describe('Folder, relative to fairway.yml, that becomes the release.'),
  env: environmentVariables.default({}),
  timeout: duration.default(900_000).describe('For each command.'),
});

const test = z.strictObject({
  run: commands.default([]).describe('Commands that must succeed, in a copy of what was built.'),
  env: environmentVariables.default({}),
  timeout: duration.default(900_000).describe('For each command.'),
});

const process = z.strictObject({
  command: command.describe('What to start; PORT says where to listen when traffic is true.'),
  traffic: z.boolean().default(false).describe('Stands behind the proxy.'),
  singleton: z.boolean().default(false).describe('Runs in one release at a time; handed over at the promotion.'),
  env: environmentVariables.default({}),
  ready: z
    .strictObject({
      path: z
        .string()
        .startsWith('/')
        .optional()
        .describe('Answers 2xx when traffic may come; without it an open port is enough.'),
      timeout: duration.default(30_000),
    })
    .prefault({}),
  stopGrace: duration.default(10_000).describe('Between SIGTERM and SIGKILL.'),
  maxRestarts: z.int().min(0).max(100).default(3),
});

const migrations = z.strictObject({
  tool: z.enum(['sql']).default('sql'),
  directory: z
    .string()
    .default('migrations')
    .describe('Folder of ordered .sql files, with optional .down.sql beside them.'),
  table: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/)
    .default('fairway_migrations')
    .describe('Where the applied versions are kept.'),
  statementTimeout: duration.default(900_000),
  lockTimeout: duration.default(2_000).describe('How long a statement may wait for a lock before it is tried again.'),
});

const smoke = z.strictObject({
  checks: z.array(checkSchema).default([]),
  deadline: duration.default(900_000).describe('For all checks together, retries included.'),
});

const step = z.union([
  z.int().min(1).max(100),
  z.strictObject({ weight: z.int().min(1).max(100), hold: duration.optional() }),
]);

const deploy = z.strictObject({
  strategy: z.enum(['canary', 'blue-green']).default('canary'),
  steps: z
    .array(step)
    .min(1)
    .default([5, 25, 50, 100])
    .describe('Shares of traffic in percent, rising; the last is 100.'),
  hold: duration.default(60_000).describe('How long each step below 100 is watched.'),
  guard: z
    .strictObject({
      errorRate: percentage.default(0.1).describe('Above it the canary is rolled back.'),
      minRequests: z.int().min(1).default(20).describe('The guard speaks from this many canary requests on.'),
    })
    .prefault({}),
  minRequestsPerStep: z.int().min(0).default(0).describe('Fewer canary requests in a step are inconclusive.'),
  onInconclusive: z.enum(['rollback', 'hold']).default('rollback'),
  onClientLost: z.enum(['rollback', 'continue']).default('rollback'),
  lease: duration.default(30_000).describe('How long the rollout goes on without a word from the client.'),
  drain: duration.default(30_000).describe('How long requests in flight may take before they are cut.'),
  keep: z.int().min(2).max(100).default(5).describe('Releases kept on the target for a rollback.'),
});

const release = z.strictObject({
  initial: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/)
    .default('0.1.0')
    .describe('Version of the first release.'),
  tagPrefix: z.string().default('v'),
  changelog: z.string().default('CHANGELOG.md'),
  remote: z.string().default('origin').describe('Pushed to when it exists.'),
});

const rehearsal = z.strictObject({
  database: databaseSchema.optional().describe('Where the rehearsal runs; default: an embedded server.'),
});

const sections = {
  build: build.prefault({}),
  test: test.prefault({}),
  processes: z.record(name, process).default({}),
  env: environmentVariables.default({}),
  secrets: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), secretReference).default({}),
  target: targetSchema.optional(),
  proxy: proxySchema.optional(),
  database: databaseSchema.optional(),
  migrations: migrations.optional(),
  rehearsal: rehearsal.prefault({}),
  smoke: smoke.prefault({}),
  deploy: deploy.prefault({}),
  release: release.prefault({}),
};

/** What one environment runs with, after the overlay: everything resolved, durations in ms, shares as fractions. */
export const configSchema = z.strictObject({ app: name, ...sections });

export type Config = z.output<typeof configSchema>;

/** The file: the base sections, and environments as overlays of the same sections. */
export const fileSchema = z.strictObject({
  $schema: z.string().optional(),
  app: name,
  environment: name.default('local').describe('The environment when --env is not given.'),
  ...sections,
  environments: z.record(name, z.strictObject(sections).partial()).default({}),
});
