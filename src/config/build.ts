import { z } from 'zod';
import { commands, deadline, environmentVariables, relativePath, secretReference } from './values.ts';

const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, { error: 'expected a short name of letters, digits, "_", "." and "-"' });

/** The section `build`: from the tree of a commit to an artifact. */
export const buildSection = z.strictObject({
  run: commands
    .default([])
    .describe('Commands that make the application ready to run, in the clean tree of the commit.'),
  output: relativePath
    .default('.')
    .describe('Folder, relative to fairway.yml, that becomes the release, or that its image is built from.'),
  engine: z
    .enum(['auto', 'docker', 'host'])
    .default('auto')
    .describe('Where builds and tests run; auto: the first that makes what the target runs.'),
  registry: z
    .strictObject({
      repository: z
        .string()
        .regex(/^[a-z0-9]+([._:/-]+[a-z0-9]+)*$/, {
          error: 'expected a repository without a tag, such as registry.example:5000/shop',
        })
        .describe('Where images of releases are kept for all hosts, without a tag.'),
      user: z.string().min(1).optional().describe('Who logs in; default: as the docker command line is.'),
      password: secretReference.optional().describe('Of that user: env:NAME or file:PATH.'),
    })
    .optional()
    .describe('Released images are pushed there, and fetched from there by "fairway deploy --release".'),
  dockerfile: relativePath.default('Dockerfile').describe('How an image is made, relative to output.'),
  kind: z
    .enum(['node', 'python', 'plain'])
    .optional()
    .describe('Where the commit has no Dockerfile, an image is made by one of ours for this kind of application.'),
  target: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, { error: 'expected the name of a stage' })
    .optional()
    .describe('Stage of the Dockerfile that becomes the image; default: its last one.'),
  platform: z
    .string()
    .regex(/^[a-z]+\/[a-z0-9]+(\/[a-z0-9]+)?$/, { error: 'expected a platform such as linux/amd64' })
    .optional()
    .describe('What the image is made for; default: what the engine runs itself.'),
  args: environmentVariables
    .default({})
    .describe(
      'Build arguments of the image, never secrets; env:NAME takes one from the environment when it is set there.',
    ),
  secrets: z
    .record(variableName, secretReference)
    .default({})
    .describe(
      'Secrets of the build, env:NAME or file:PATH: mounted where a line of the Dockerfile says "RUN --mount=type=secret,id=...", and nowhere else.',
    ),
  ssh: z
    .boolean()
    .default(false)
    .describe('Let lines that say "RUN --mount=type=ssh" use the ssh agent of whoever builds.'),
  env: environmentVariables.default({}).describe('Set for these commands only.'),
  timeout: deadline.prefault('15m').describe('For each command.'),
});
