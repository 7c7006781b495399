import { z } from 'zod';
import { versionFileTypes } from '../version-files/index.ts';
import { relativePath, secretReference } from './values.ts';

const releaseFile = z.strictObject({
  path: z.string().min(1).describe('Relative to fairway.yml.'),
  type: z.enum(versionFileTypes).optional().describe('How the version is found; default: by the name of the file.'),
  pattern: z.string().optional().describe('For regex: an expression with one group, the version, that matches once.'),
  name: z.string().optional().describe('For lock files: the package whose version changes.'),
});

const level = z.enum(['major', 'minor', 'patch', 'none']);

/** The section `release`: versions, tags, changelog and what is announced. */
export const releaseSection = z.strictObject({
  initial: z
    .string()
    .regex(/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/, { error: 'expected a version such as 1.0.0' })
    .default('0.1.0')
    .describe('Version of the first release.'),
  tagPrefix: z
    .string()
    .regex(/^([A-Za-z0-9][A-Za-z0-9._/@-]*)?$/, { error: 'expected the beginning of a tag, such as v or shop-v' })
    .default('v')
    .describe('Stands before the version in tags.'),
  changelog: relativePath
    .nullable()
    .default('CHANGELOG.md')
    .describe('Where the notes of each release are added; null: none are.'),
  format: z.enum(['keep-a-changelog', 'conventional']).default('keep-a-changelog').describe('Form of the changelog.'),
  remote: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, { error: 'expected the name of a git remote, such as origin' })
    .default('origin')
    .describe('Pushed to when it exists.'),
  types: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9_-]*$/), level)
    .default({})
    .describe('Level of a commit type; feat is minor, fix, perf, revert and security are patch, all others none.'),
  zero: z
    .strictObject({
      breaking: z.enum(['minor', 'major']).default('minor').describe('What a breaking change does to 0.x.'),
      feature: z.enum(['minor', 'patch']).default('minor').describe('What a feature does to 0.x.'),
    })
    .prefault({}),
  channel: z.enum(['alpha', 'beta', 'rc']).optional().describe('Prereleases of this kind instead of stable releases.'),
  files: z
    .union([
      z.literal('auto'),
      z.array(
        z.union([
          z
            .string()
            .min(1)
            .transform((path) => ({ path })),
          releaseFile,
        ]),
      ),
    ])
    .default('auto')
    .describe('Files that carry the version; auto: those beside fairway.yml with a known name.'),
  assets: z
    .array(
      z.union([
        z
          .string()
          .min(1)
          .transform((path) => ({ path })),
        z.strictObject({ path: z.string().min(1), name: z.string().optional(), label: z.string().optional() }),
      ]),
    )
    .default([])
    .describe('Files attached to the release of the forge, with their checksums.'),
  floatingTags: z
    .array(z.enum(['major', 'minor']))
    .default([])
    .describe('Tags such as v1 and v1.4 that follow the newest stable release of their line.'),
  forge: z
    .enum(['auto', 'github', 'none'])
    .default('auto')
    .describe('Where the release is announced; auto: by the address of the remote.'),
  token: secretReference.default('env:GITHUB_TOKEN').describe('For the forge.'),
  onProtected: z
    .enum(['pull-request', 'refuse'])
    .default('pull-request')
    .describe('How the version change reaches a branch that takes no push.'),
  comments: z
    .boolean()
    .default(false)
    .describe('Say in the pull requests of a release, and in the issues that they close, that it is out.'),
  labels: z
    .array(z.string().trim().min(1).max(50))
    .max(10)
    .default([])
    .describe('Labels for the pull requests of a release and the issues that they close, such as released.'),
  followers: z
    .array(z.string().min(1))
    .default([])
    .describe('Workflow files that are started on the new tag; a push with GITHUB_TOKEN starts none.'),
  author: z
    .string()
    .regex(/^[^<>\n]+ <[^<>\s]+>$/, { error: 'expected a name and an address: Name <mail>' })
    .optional()
    .describe('Who makes release commits and tags.'),
});
