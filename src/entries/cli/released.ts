import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { openRepository } from '../../adapters/git/repository.ts';
import { keepNurserySmall } from '../../adapters/node/memory.ts';
import type { Config } from '../../config/schema.ts';
import { configSchema } from '../../config/schema.ts';
import { FairwayError } from '../../errors.ts';
import type { Repository } from '../../ports.ts';
import type { CommandContext } from './command.ts';
import { loadConfiguration } from './configuration.ts';

/** A repository and the rules of its releases; any repository will do, a `fairway.yml` is not needed. */
export interface Released {
  readonly repository: Repository;
  readonly settings: Config['release'];
  /** The whole configuration, or null without a file. */
  readonly config: Config | null;
  /** Folder of the configuration, else where the command was started. Absolute. */
  readonly directory: string;
  /** The branch that a CI job runs for when HEAD is detached. */
  readonly branch: string | undefined;
  readFile(path: string): Promise<Uint8Array>;
}

/** Throws ConfigError `NOT_A_REPOSITORY`, and those of the configuration when there is one. */
export async function openReleased(context: CommandContext): Promise<Released> {
  keepNurserySmall();
  const { config, directory } = await configurationIfAny(context);
  const repository = await openRepository(directory, context.env);
  return {
    repository,
    settings: (config ?? configSchema.parse({ app: 'app' })).release,
    config,
    directory,
    branch: await ciBranch(context, repository),
    readFile: async (path) => await readFile(isAbsolute(path) ? path : join(directory, path)),
  };
}

async function configurationIfAny(
  context: CommandContext,
): Promise<{ readonly config: Config | null; readonly directory: string }> {
  try {
    return await loadConfiguration(context);
  } catch (error) {
    const isAbsent = error instanceof FairwayError && error.code === 'CONFIG_MISSING' && context.configFile === null;
    if (!isAbsent) throw error;
    return { config: null, directory: context.directory };
  }
}

/** GitHub Actions tells the branch of a push; a pull request and a tag have none to release from. */
async function ciBranch(context: CommandContext, repository: Repository): Promise<string | undefined> {
  if (context.env['GITHUB_REF_TYPE'] !== 'branch') return undefined;
  const head = await repository.head();
  if (head === null || head.branch !== null) return undefined;
  const isPullRequest = (context.env['GITHUB_REF'] ?? '').startsWith('refs/pull/');
  return isPullRequest || context.env['GITHUB_SHA'] !== head.commit ? undefined : context.env['GITHUB_REF_NAME'];
}
