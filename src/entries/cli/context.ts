import { resolve } from 'node:path';
import { cacheDirectory, stateDirectory } from '../../adapters/node/paths.ts';
import type { Invocation } from './arguments.ts';
import type { CommandContext } from './command.ts';
import { runIdOf } from './run-id.ts';

export type Run = Extract<Invocation, { readonly kind: 'run' }>;

/** What the process around us gives. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly version: string;
  readonly isTerminal: boolean;
  readonly signal: AbortSignal;
  readonly ask: (question: string) => Promise<boolean>;
  readonly policy?: string;
}

/** Flags go before the variables of the environment; an empty variable says nothing. */
export function createContext(
  { command, globals, flags, positionals }: Run,
  { env, cwd, ...surroundings }: Surroundings,
  voice: Pick<CommandContext, 'reporter' | 'conceal' | 'masked'>,
): CommandContext {
  const startedAt = new Date();
  const given = (flag: string, variable?: string): string | null => {
    const value = globals[flag] ?? (variable === undefined ? undefined : env[variable]);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const directory = resolve(cwd, given('directory') ?? '.');
  const configFile = given('config', 'FAIRWAY_CONFIG');
  return {
    runId: runIdOf(startedAt, Math.random()),
    command: command.name,
    startedAt,
    directory,
    configFile: configFile === null ? null : resolve(directory, configFile),
    environment: given('env', 'FAIRWAY_ENV'),
    flags,
    positionals,
    dryRun: globals['dry-run'] === true,
    verbose: globals['verbose'] === true,
    stateDirectory: stateDirectory(env),
    cacheDirectory: cacheDirectory(env),
    env,
    ...surroundings,
    ...voice,
  };
}
