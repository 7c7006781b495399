import { duration } from '../../../config/values.ts';
import type { Engine } from '../../../domain/migration/classify/words.ts';
import { ConfigError } from '../../../errors.ts';
import type { CommandContext } from '../command.ts';
import { loadConfiguration } from '../configuration.ts';

/** A flag that is a text, or null. */
export function text(context: CommandContext, flag: string): string | null {
  const value = context.flags[flag];
  return typeof value === 'string' ? value : null;
}

export function durationMs(context: CommandContext, flag: string, defaultMs: number): number {
  const given = text(context, flag);
  if (given === null) return defaultMs;
  const parsed = duration.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError('COMMAND_LINE_INVALID', 'The command line is wrong.', {
    problems: [{ path: `--${flag}`, message: parsed.error.issues[0]?.message ?? 'expected a duration' }],
  });
}

/** `--database`, else what fairway.yml says; throws ConfigError `ENGINE_UNKNOWN`. */
export async function engineOf(context: CommandContext): Promise<Engine> {
  const given = text(context, 'database') ?? (await configured(context));
  if (given === 'postgres' || given === 'mariadb') return given;
  throw new ConfigError('ENGINE_UNKNOWN', 'It is not known for which database the migrations are.', {
    hint: 'say --database postgres or --database mariadb, or configure a database in fairway.yml',
  });
}

async function configured(context: CommandContext): Promise<string | null> {
  try {
    return (await loadConfiguration(context)).config.database?.type ?? null;
  } catch (error) {
    if (error instanceof ConfigError && error.code === 'CONFIG_MISSING') return null;
    throw error;
  }
}

/** A URL, or a reference to one (`env:DATABASE_URL`); its password is never shown. */
export async function urlOf(
  given: string,
  resolveSecret: (reference: string) => Promise<string>,
  conceal: (secret: string) => void,
): Promise<string> {
  if (/^(env|file):/.test(given)) return await resolveSecret(given);
  const password = URL.parse(given)?.password ?? '';
  if (password !== '') conceal(decodeURIComponent(password));
  return given;
}
