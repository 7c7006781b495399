import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where journals, releases and runs are kept: FAIRWAY_STATE_DIR, else below XDG_STATE_HOME, else below the home. */
export function stateDirectory(env: Environment): string {
  return directory(env, 'FAIRWAY_STATE_DIR', 'XDG_STATE_HOME', ['.local', 'state']);
}

/** What may be deleted at any time: FAIRWAY_CACHE_DIR, else below XDG_CACHE_HOME, else below the home. */
export function cacheDirectory(env: Environment): string {
  return directory(env, 'FAIRWAY_CACHE_DIR', 'XDG_CACHE_HOME', ['.cache']);
}

function directory(env: Environment, own: string, base: string, belowHome: readonly string[]): string {
  const wanted = env[own];
  if (wanted !== undefined && wanted !== '') return resolve(wanted);
  const xdg = env[base];
  // The XDG rules say that a relative path there is to be ignored.
  if (xdg !== undefined && xdg.startsWith('/')) return join(xdg, 'fairway');
  return join(env['HOME'] ?? homedir(), ...belowHome, 'fairway');
}
