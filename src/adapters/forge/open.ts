import { ConfigError } from '../../errors.ts';
import type { Clock, Forge } from '../../ports.ts';
import { githubForge } from './github.ts';

export interface ForgeWish {
  readonly forge: 'auto' | 'github' | 'none';
  /** Pages of the remote, when it has any. */
  readonly place: { readonly host: string; readonly project: string } | null;
  /** Null when there is none. */
  readonly token: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Pick<Clock, 'sleep' | 'now'>;
}

/**
 * The forge that a repository lives on; null for plain git.
 *
 * Throws ConfigError `FORGE_UNKNOWN` and `FORGE_TOKEN_MISSING` when GitHub is asked for and cannot be used.
 */
export function openForge({ forge, place, token, env, clock }: ForgeWish): Forge | null {
  if (forge === 'none') return null;
  const server = env['GITHUB_SERVER_URL'] === undefined ? 'github.com' : new URL(env['GITHUB_SERVER_URL']).host;
  const isHere = place?.host === server || place?.host === 'github.com';
  const project = isHere
    ? place?.project
    : forge === 'github'
      ? (env['GITHUB_REPOSITORY'] ?? place?.project)
      : undefined;
  if (project === undefined || !/^[^/]+\/[^/]+$/.test(project)) {
    if (forge === 'auto') return null;
    throw new ConfigError(
      'FORGE_UNKNOWN',
      'release.forge is github, but the remote does not say which repository it is.',
      {
        hint: 'Set GITHUB_REPOSITORY=owner/name, or point the remote at GitHub.',
      },
    );
  }
  if (token === null || token === '') {
    if (forge === 'auto') return null;
    throw new ConfigError('FORGE_TOKEN_MISSING', 'release.forge is github, but there is no token.', {
      hint: 'Set GITHUB_TOKEN, or name another reference in release.token.',
    });
  }
  const host = place?.host ?? server;
  const apiUrl = env['GITHUB_API_URL'] ?? (host === 'github.com' ? 'https://api.github.com' : `https://${host}/api/v3`);
  return githubForge({
    project,
    token,
    apiUrl,
    clock,
    isJobToken: env['GITHUB_ACTIONS'] === 'true' && token.startsWith('ghs_'),
  });
}
