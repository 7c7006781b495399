import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Mask } from '../../domain/secrets/mask.ts';
import { ConfigError } from '../../errors.ts';
import type { Secrets } from '../../ports.ts';
import type { Environment } from './paths.ts';

export interface SecretsOptions {
  readonly env: Environment;
  /** Where relative paths begin: the folder of the configuration. */
  readonly directory: string;
  /** Told every value before anybody else sees it. */
  readonly mask: Pick<Mask, 'register'>;
}

/** Secrets from the environment and from files; one line end at the end of a file is not part of it. */
export function nodeSecrets({ env, directory, mask }: SecretsOptions): Secrets {
  return {
    async resolve(reference) {
      const value = await look(reference, env, directory);
      if (value === '') throw missing(reference, `${place(reference)} is empty`);
      mask.register(value);
      return value;
    },
  };
}

async function look(reference: string, env: Environment, directory: string): Promise<string> {
  const [, kind, name] = /^(env|file):(.+)$/s.exec(reference) ?? [];
  if (name === undefined)
    throw missing('a reference', 'a secret is given as env:NAME or file:PATH, never by its value');
  if (kind === 'env') return env[name] ?? notSet(reference, name);
  try {
    return (await readFile(resolve(directory, name), 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is not there' : 'cannot be read';
    throw missing(reference, `${place(reference)} ${reason}`, error);
  }
}

function notSet(reference: string, name: string): never {
  throw missing(reference, `the environment variable ${name} is not set`);
}

function place(reference: string): string {
  return reference.replace(/^env:/, 'the environment variable ').replace(/^file:/, 'the file ');
}

function missing(reference: string, message: string, cause?: unknown): ConfigError {
  return new ConfigError('SECRET_MISSING', message, {
    hint: 'set it where this command runs, or correct the reference under "secrets" in the configuration',
    problems: [{ path: reference, message }],
    cause,
  });
}
