import { acceptedPermissions, permissionsYaml } from '../../domain/trust/permissions.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Clock } from '../../ports.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly data: unknown;
}

/** One request to the API of the forge; `route` as octokit writes it: `GET /repos/{owner}/{repo}`. */
export type Call = (route: string, parameters?: Readonly<Record<string, unknown>>) => Promise<Answer>;

interface Refused {
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

const attempts = 4;
/** Longer waits that a forge asks for are left to the next run. */
const longestWaitMs = 60_000;

/**
 * Make calls patient: limits are waited for, reads are tried again, writes never are.
 *
 * Throws EnvironmentError `FORGE_*` with what the forge says is missing.
 */
export function patient(send: Call, clock: Pick<Clock, 'sleep' | 'now'>): Call {
  return async (route, parameters) => {
    const isRead = route.startsWith('GET ') || isQuery(parameters?.['query']);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send(route, parameters);
      } catch (error) {
        const refused = refusedOf(error);
        const waitMs = waitFor(refused, attempt, isRead, clock.now());
        if (waitMs === null || attempt >= attempts) throw named(route, refused, error);
        await clock.sleep(waitMs);
      }
    }
  };
}

/** GraphQL sends what only reads by POST, too. */
const isQuery = (text: unknown): boolean => typeof text === 'string' && /^query\b/.test(text);

function refusedOf(error: unknown): Refused | null {
  if (typeof error !== 'object' || error === null || !('status' in error)) return null;
  const { status } = error;
  const response = 'response' in error ? (error.response as { headers?: Refused['headers'] } | undefined) : undefined;
  // The client reports a connection that broke as status 500 without an answer.
  if (typeof status !== 'number' || response === undefined) return null;
  return { status, message: error instanceof Error ? error.message : '', headers: response.headers ?? {} };
}

/** How long to wait before the same request may be sent again; null: not at all. */
function waitFor(refused: Refused | null, attempt: number, isRead: boolean, now: Date): number | null {
  const backoffMs = 500 * 2 ** attempt;
  if (refused === null) return isRead ? backoffMs : null;
  if (isLimit(refused)) {
    const seconds = Number(refused.headers['retry-after'] ?? Number.NaN);
    const reset = Number(refused.headers['x-ratelimit-reset'] ?? Number.NaN) * 1000 - now.getTime();
    const waitMs = Number.isFinite(seconds)
      ? seconds * 1000
      : Number.isFinite(reset)
        ? Math.max(reset, 1000)
        : backoffMs;
    return waitMs <= longestWaitMs ? waitMs : null;
  }
  return refused.status >= 500 && isRead ? backoffMs : null;
}

function isLimit({ status, headers, message }: Refused): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return (
    headers['retry-after'] !== undefined ||
    headers['x-ratelimit-remaining'] === '0' ||
    /secondary rate limit|rate limit exceeded/i.test(message)
  );
}

function named(route: string, refused: Refused | null, cause: unknown): EnvironmentError {
  const what = route.replace('/repos/{owner}/{repo}', '').replace(/\{\?.*\}$/, '');
  const facts = { route, status: refused?.status ?? null };
  if (refused === null || refused.status >= 500) {
    const said =
      refused === null ? (cause instanceof Error ? cause.message : String(cause)) : `status ${refused.status}`;
    return new EnvironmentError('FORGE_UNAVAILABLE', `The forge gave no answer to ${what}: ${said}.`, {
      hint: 'Run the same command again: it looks at what is there and does what is missing.',
      cause,
      facts,
    });
  }
  if (isLimit(refused)) {
    return new EnvironmentError(
      'FORGE_LIMITED',
      `The forge limits requests (${what}); it asks to wait ${refused.headers['retry-after'] ?? 'a while'} s.`,
      {
        hint: 'Run the same command again later: it goes on where it stopped.',
        cause,
        facts,
      },
    );
  }
  if (refused.status === 401 || refused.status === 403) {
    const needed = refused.headers['x-accepted-github-permissions'];
    const scopes = refused.headers['x-accepted-oauth-scopes'];
    return new EnvironmentError(
      'FORGE_DENIED',
      `The token may not ${what}${needed === undefined ? '' : `; needed: ${needed}`}. The forge says: ${refused.message}`,
      {
        hint:
          needed !== undefined
            ? addPermissions(needed)
            : `Check release.token${scopes === undefined || scopes === '' ? '' : `; scopes that would do: ${scopes}`}.`,
        cause,
        facts: { ...facts, needed: needed ?? null },
      },
    );
  }
  return new EnvironmentError('FORGE_REFUSED', `The forge refuses ${what} (${refused.status}): ${refused.message}`, {
    hint: 'Read what it says; nothing was undone, and the same command goes on from here.',
    cause,
    facts,
  });
}

/** The lines to add to the `permissions:` of the job, as a workflow writes them. */
function addPermissions(needed: string): string {
  const asked = acceptedPermissions(needed);
  if (asked === null) return `Give the job these permissions: ${needed}.`;
  return `Add to the job ("fairway check --github" prints all that a command needs):\n\n${permissionsYaml(asked)}`;
}

/** True for an answer 404: what was asked for is not there. */
export function isAbsent(error: unknown): boolean {
  return error instanceof EnvironmentError && error.facts['status'] === 404;
}
