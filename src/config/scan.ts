import { z } from 'zod';
import { deadline, duration, relativePath } from './values.ts';

const day = z.string().refine((text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)), {
  error: 'expected a day, such as 2026-12-31 (in quotes)',
});

const severity = z.enum(['critical', 'high', 'medium', 'low', 'unknown']);

/** Whoever can change a file that eases a judgement could ease his own: its content is part of the policy. */
const pinnedFile = z.strictObject({
  file: relativePath.describe('Relative to fairway.yml.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: 'expected the SHA-256 of the file, 64 hexadecimal digits' })
    .describe('Of its content: another content is refused.'),
});

const waiver = z.strictObject({
  id: z.string().min(1).describe('CVE-2026-1234, another name of the same, or the name of a rule.'),
  component: z
    .string()
    .min(1)
    .optional()
    .describe('Package URL without version, name or file; default: wherever it is.'),
  owner: z.string().min(1).describe('Who answers for it.'),
  reason: z.string().min(1).describe('Why it may stay for now.'),
  expires: day.describe('Last day on which it holds; it is spoken of 14 days before.'),
});

const repositories = z
  .array(
    z.string().regex(/^[a-z0-9][A-Za-z0-9._:/@-]*$/, {
      error: 'expected an OCI repository, such as registry.example/trivy-db:2',
    }),
  )
  .default([]);

/** What `scan:` says. On a pull request all of it comes from the base branch. */
export const scanSection = z.strictObject({
  look: z
    .array(z.enum(['vulnerabilities', 'secrets', 'configuration', 'licences']))
    .min(1)
    .default(['vulnerabilities', 'secrets'])
    .describe('What is looked for.'),
  failOn: severity.default('high').describe('From this severity upward a finding of the change refuses it.'),
  disclosed: z
    .union(
      [
        z.literal('warn'),
        z.strictObject({
          failAfterDays: z.int().min(0).max(3650).describe('Days since it was published, or first seen here.'),
        }),
      ],
      { error: 'expected "warn", or { failAfterDays: 30 }' },
    )
    .default('warn')
    .describe('What the last release has too: warn, or refuse from failOn upward once it is known for so long.'),
  timeout: deadline.prefault('10m').describe('For each scan, the download of the database included.'),
  database: z
    .strictObject({
      maxAge: duration.prefault('5d').describe('An older vulnerability database is no evidence: exit code 8.'),
      mirrors: repositories.describe(
        'Where it is fetched, tried in this order; default: where the scanner looks by itself.',
      ),
      javaMirrors: repositories.describe('The same for the index of Java archives, fetched when there are any.'),
      fetch: z.boolean().default(true).describe('Fetch a newer one when it is due; false: use what is there.'),
    })
    .prefault({})
    .describe('The vulnerability database of the scanner.'),
  waivers: z.array(waiver).default([]).describe('Findings that somebody answers for until a day.'),
  vex: z
    .array(pinnedFile)
    .default([])
    .describe('Statements that a vulnerability does not affect us (OpenVEX, CycloneDX, CSAF).'),
  epss: pinnedFile
    .optional()
    .describe('Probabilities of exploitation, as the CSV of FIRST: what is likely comes first.'),
  knownExploited: pinnedFile.optional().describe('The catalog of CISA as JSON: what is exploited comes first.'),
});
