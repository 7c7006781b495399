import { z } from 'zod';
import { percentage } from './values.ts';

const tag = z.string().regex(/^"?(type=(schedule|semver|pep440|match|edge|ref|raw|sha)(,.*)?|[A-Za-z0-9_{][^,=]*)$/, {
  error: 'expected a line such as type=semver,pattern={{version}}, type=sha or a plain tag',
});

const severity = z.enum(['off', 'warn', 'gate']);

const megabytes = z.int().min(1);

/** The section `image`: what an image is called, carries and must keep to. */
export const imageSection = z.strictObject({
  tags: z
    .array(tag)
    .default([])
    .describe(
      'Tags that a released image gets in the registry besides its version, in the form of docker/metadata-action.',
    ),
  latest: z
    .enum(['auto', 'true', 'false'])
    .default('auto')
    .describe('auto: when the first of these tags is a final version or a tag of git.'),
  labels: z
    .record(z.string().regex(/^[a-z0-9]([a-z0-9./_-]*[a-z0-9])?$/), z.string())
    .default({})
    .describe('Labels besides those that Fairway gives: revision, version, created and title by the names of OCI.'),
  sbom: z
    .array(z.enum(['cyclonedx', 'spdx']))
    .default(['cyclonedx', 'spdx'])
    .describe('Bills of materials that are attached to a released image and its release, made by the scanner.'),
  provenance: z
    .boolean()
    .default(true)
    .describe('Attach to a released image who built it from what: SLSA v1, as a statement of in-toto.'),
  policy: z
    .strictObject({
      user: severity.default('warn').describe('The image does not run as root.'),
      healthcheck: severity
        .default('warn')
        .describe('The image has a HEALTHCHECK, or every process with traffic a ready path.'),
      base: severity.default('warn').describe('The base image is not older than maxBaseAgeDays.'),
      maxBaseAgeDays: z.int().min(1).max(3_650).default(90).describe('Age of the base image, in days.'),
    })
    .prefault({})
    .describe('Rules for every image; gate: a build that breaks one is refused.'),
  size: z
    .strictObject({
      growth: percentage.prefault('10%').describe('By how much an image may be larger than that of the last release.'),
      maxMegabytes: megabytes.optional().describe('Largest size of an image, uncompressed.'),
      exceeded: severity.default('warn').describe('What a larger image means.'),
    })
    .prefault({})
    .describe('Budget of the size, compared with the last release layer by layer.'),
});
