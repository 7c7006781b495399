import { z } from 'zod';
import { checkSchema } from '../checks/index.ts';
import { databaseSchema } from '../databases/index.ts';
import { proxySchema } from '../proxies/index.ts';
import { targetSchema } from '../targets/index.ts';
import { buildSection } from './build.ts';
import { deploySection } from './deploy.ts';
import { imageSection } from './image.ts';
import { presetNames } from './presets/index.ts';
import { releaseSection } from './release.ts';
import { scanSection } from './scan.ts';
import { testSection } from './test.ts';
import { command, deadline, duration, environmentVariables, relativePath, secretReference } from './values.ts';

/**
 * The only source of what a `fairway.yml` may say. Flags, the JSON Schema and the reference come from it.
 * Every field has a default or is needed for nothing to be guessed.
 */

const name = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, {
  error: 'expected a short name: lower-case letters, digits and "-", beginning with a letter',
});

const process = z.strictObject({
  command: command.describe('What to start; PORT says where to listen when traffic is true.'),
  traffic: z.boolean().default(false).describe('Stands behind the proxy.'),
  singleton: z.boolean().default(false).describe('Runs in one release at a time; handed over at the promotion.'),
  env: environmentVariables.default({}).describe('Set for this process only.'),
  ready: z
    .strictObject({
      path: z
        .string()
        .startsWith('/')
        .optional()
        .describe('Answers 2xx when traffic may come; without it an open port is enough.'),
      timeout: deadline.prefault('30s').describe('How long it may take to become ready.'),
    })
    .prefault({})
    .describe('When the process counts as ready.'),
  stopGrace: duration.prefault('10s').describe('Between SIGTERM and SIGKILL.'),
  maxRestarts: z
    .int()
    .min(0)
    .max(100)
    .default(3)
    .describe('How often it is started again after it exits, before the release counts as broken.'),
});

const migrations = z.strictObject({
  tool: z
    .enum(['sql', 'prisma', 'alembic', 'command'])
    .default('sql')
    .describe(
      'sql: a folder of numbered .sql files; prisma: folders with a migration.sql; alembic: revisions, by the real Alembic; command: any command that migrates DATABASE_URL.',
    ),
  directory: relativePath
    .default('migrations')
    .describe('Folder of the migrations: ordered .sql files, with optional .down.sql beside them, or what "up" reads.'),
  up: command
    .optional()
    .describe(
      'With tool command: brings the database of DATABASE_URL to the newest version; run at the top of the tree.',
    ),
  down: command.optional().describe('With tool command: undoes what "up" did last.'),
  status: command.optional().describe('With tool command: ends with 0 when nothing is pending.'),
  program: command
    .optional()
    .describe('With tool alembic: how Alembic is started, such as "poetry run alembic"; default: alembic.'),
  prepare: z
    .array(command)
    .default([])
    .describe('Commands that make an export of the commit ready for the others, such as "npm ci".'),
  files: z
    .array(relativePath)
    .min(1)
    .optional()
    .describe(
      'With tool command: files and folders whose content says whether something is pending; default: directory.',
    ),
  urlScheme: z
    .string()
    .regex(/^[a-z][a-z0-9+.-]*$/, { error: 'expected a scheme such as postgresql+psycopg' })
    .optional()
    .describe('Scheme of the DATABASE_URL that commands are given; default: postgresql, mysql.'),
  env: environmentVariables
    .default({})
    .describe('Plain environment variables of the commands, besides those of "env"; never secrets.'),
  commandTimeout: deadline.prefault('30m').describe('How long one run of a migration command may take.'),
  table: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/)
    .default('fairway_migrations')
    .describe('Where the applied versions are kept.'),
  statementTimeout: deadline.prefault('15m').describe('How long one statement may run.'),
  lockTimeout: deadline.prefault('2s').describe('How long a statement may wait for a lock before it is tried again.'),
  backup: z
    .union([z.enum(['verified', 'none']), z.strictObject({ command })], {
      error: 'expected "verified", "none", or { command: ... }',
    })
    .default('verified')
    .describe(
      'Before migrations are applied. verified: a backup that is restored aside and compared; command: one of your own, which must succeed; none: you go without.',
    ),
  keepBackups: z.int().min(1).max(100).default(3).describe('How many verified backups are kept.'),
});

const smoke = z.strictObject({
  checks: z.array(checkSchema).default([]).describe('What is looked at before and after traffic moves.'),
  deadline: deadline.prefault('15m').describe('For all checks together, retries included.'),
});

const rehearsal = z.strictObject({
  database: databaseSchema
    .refine(({ provider }) => provider !== 'url', {
      path: ['provider'],
      error:
        'a rehearsal needs a server that may be thrown away, and what stands at a URL may be the real one: use embedded',
    })
    .optional()
    .describe('Where the rehearsal runs; default: an embedded server.'),
});

const sections = {
  build: buildSection.prefault({}).describe('From the tree of a commit to an artifact.'),
  image: imageSection.prefault({}).describe('What an image is called, carries and must keep to.'),
  scan: scanSection
    .optional()
    .describe('The look for vulnerabilities and secrets in what was built; without it "fairway ship" does not scan.'),
  test: testSection.prefault({}).describe('Tests of what was built.'),
  processes: z.record(name, process).default({}).describe('The named processes of a release.'),
  env: environmentVariables.default({}).describe('Environment of every process; never secrets.'),
  secrets: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), secretReference)
    .default({})
    .describe('Environment variables whose values come from elsewhere: env:NAME or file:PATH.'),
  target: targetSchema.optional().describe('Where releases run.'),
  proxy: proxySchema.optional().describe('Who shifts traffic.'),
  database: databaseSchema.optional().describe('The database that the environment uses.'),
  migrations: migrations.optional().describe('Changes of its schema.'),
  rehearsal: rehearsal.prefault({}).describe('The try of migrations before the target is touched.'),
  smoke: smoke.prefault({}).describe('Checks that say whether a release works.'),
  deploy: deploySection.prefault({}).describe('How traffic moves to a new release.'),
  release: releaseSection.prefault({}).describe('Versions, tags and the changelog.'),
};

const app = name.describe('Name of the application; part of paths and tags.');

/** What one environment runs with, after the overlay: everything resolved, durations in ms, shares as fractions. */
export const configSchema = z.strictObject({ app, ...sections });

export type Config = z.output<typeof configSchema>;

/** What only the file has, and no environment: the rest of it are sections. */
const envelope = {
  $schema: z.string().optional().describe('Schema of this file, for editors.'),
  extends: z
    .enum(presetNames)
    .optional()
    .describe('A preset that lies below what this file says; "fairway check --json" shows what comes out.'),
  environment: name.default('local').describe('The environment when --env is not given.'),
  environments: z
    .record(name, z.record(z.string(), z.unknown()).nullable())
    .default({})
    .describe('What is different in each environment: laid over the sections above before anything is checked.'),
};

export const envelopeSchema = z.strictObject(envelope);

/** The file as it is written: for its JSON Schema. What it says is judged per environment, by `configSchema`. */
export const fileSchema = z.strictObject({ ...configSchema.shape, ...envelope });

export const sectionNames: readonly string[] = Object.keys(sections);
