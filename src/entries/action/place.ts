import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { CommandContext } from '../cli/command.ts';
import type { Run } from '../cli/context.ts';

type Place = Pick<CommandContext, 'directory' | 'configFile' | 'environment' | 'env'>;

/** Where a run will look for its configuration. */
export function placeOf({ globals }: Run, env: Readonly<Record<string, string | undefined>>): Place {
  const text = (flag: string): string | null => {
    const value = globals[flag];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const directory = resolve(env['GITHUB_WORKSPACE'] ?? '.', text('directory') ?? '.');
  const file = text('config') ?? (env['FAIRWAY_CONFIG'] || null);
  const configFile = file === null || isAbsolute(file) ? file : resolve(directory, file);
  return { directory, configFile, environment: text('env') ?? (env['FAIRWAY_ENV'] || null), env };
}

/** What stands before a path of the project, so that it begins at the top of the checkout: `apps/shop/`, or nothing. */
export function prefixOf(directory: string, env: Readonly<Record<string, string | undefined>>): string {
  const workspace = env['GITHUB_WORKSPACE'] || '.';
  const below = relative(workspace, resolve(workspace, directory)).split(sep).join('/');
  return below === '' || below.startsWith('..') || isAbsolute(below) ? '' : `${below}/`;
}
