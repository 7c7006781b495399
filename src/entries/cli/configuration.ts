import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { loadText, maxCharacters, smallestFile } from '../../config/load.ts';
import type { PlainMap } from '../../config/path.ts';
import { type Judged, withPolicyOf } from '../../config/policy.ts';
import { type Asked, askedEnvironment, type Resolved, resolveConfig } from '../../config/resolve.ts';
import { ConfigError } from '../../errors.ts';
import type { CommandContext } from './command.ts';

const defaultNames = ['fairway.yml', 'fairway.yaml', 'fairway.json'] as const;

export interface Configuration extends Resolved {
  /** Absolute. */
  readonly file: string;
  /** The folder of the file: what its paths are relative to. Absolute. */
  readonly directory: string;
}

type Where = Pick<CommandContext, 'directory' | 'configFile' | 'environment' | 'env' | 'policy'>;

/**
 * Find, read and judge the configuration of a command.
 *
 * Throws ConfigError `CONFIG_MISSING`, `CONFIG_AMBIGUOUS`, `CONFIG_INVALID`, `ENVIRONMENT_UNKNOWN`.
 */
export async function loadConfiguration(context: Where): Promise<Configuration> {
  const file = context.configFile ?? (await findFile(context.directory));
  const shown = shownPath(context.directory, file);
  const source = loadText(await readConfig(file, shown), shown);
  const { policy } = context;
  const judged = policy === undefined ? source : { ...source, ...judgedBy(policy, source.value) };
  return { ...resolveConfig(judged, asked(context)), file, directory: dirname(file) };
}

/** What a configuration says once the policy of another goes before its own; one that cannot be read has none. */
export function judgedBy(policy: string, own: PlainMap): Judged {
  try {
    return withPolicyOf(loadText(policy, 'the configuration of the base branch').value, own);
  } catch {
    return { value: own, changed: [] };
  }
}

/** The file that a command reads, relative to its folder where that is shorter, and what it says. */
export async function configurationText(context: Where): Promise<{ readonly file: string; readonly value: PlainMap }> {
  const file = context.configFile ?? (await findFile(context.directory));
  const shown = shownPath(context.directory, file);
  return { file, value: loadText(await readConfig(file, shown), shown).value };
}

/** `--env` and FAIRWAY_ENV arrive as one; what was asked for by which matters to the message only. */
function asked({ environment, env }: Where): Asked | null {
  const variable = env['FAIRWAY_ENV'];
  return askedEnvironment(environment === variable ? undefined : (environment ?? undefined), variable);
}

async function findFile(directory: string): Promise<string> {
  const candidates = defaultNames.map((name) => join(directory, name));
  const found: string[] = [];
  for (const candidate of candidates) if (await exists(candidate)) found.push(candidate);
  const [file, other] = found;
  if (file === undefined) throw missing(candidates);
  if (other === undefined) return file;
  throw new ConfigError('CONFIG_AMBIGUOUS', `There is more than one configuration: ${found.join(', ')}.`, {
    hint: 'Keep one of them, or name one with --config.',
  });
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

async function readConfig(file: string, shown: string): Promise<string> {
  const stats = await stat(file).catch(() => null);
  if (stats === null) throw missing([file]);
  if (!stats.isFile()) throw unreadable(shown, 'is not a file');
  if (stats.size > maxCharacters * 4) {
    const [size, limit] = [stats.size, maxCharacters * 4].map((n) => n.toLocaleString('en-US'));
    throw unreadable(shown, `has ${size} bytes; at most ${limit} are read`);
  }
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw unreadable(shown, cause instanceof Error ? cause.message : String(cause));
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unreadable(shown, 'is not UTF-8 text');
  }
}

function unreadable(file: string, message: string): ConfigError {
  return new ConfigError('CONFIG_INVALID', `${file} cannot be read.`, { problems: [{ path: file, file, message }] });
}

function missing(looked: readonly string[]): ConfigError {
  return new ConfigError('CONFIG_MISSING', `There is no configuration. Looked for ${looked.join(', ')}.`, {
    hint: `Write a fairway.yml; a small one to begin with:\n\n${smallestFile}`,
    facts: { looked },
  });
}

/** Relative where that is shorter to read. */
function shownPath(directory: string, file: string): string {
  const below = relative(directory, file);
  return below.startsWith('..') ? file : below;
}
