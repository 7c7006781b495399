/** Requests that may be sent again without a trace of whoever sent them: nobody can be known by them. */
export interface Replayable {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly hasCookie: boolean;
  readonly hasAuthorization: boolean;
  readonly isUpgrade: boolean;
}

const longestPath = 200;
/** What needs no escape in a log line; the same pattern is in the proxies' configuration. */
export const plainPath = '^/[A-Za-z0-9/._~-]*$';
const keptPaths = 200;

/** The path of a request that may be replayed, else null: a query may hold a token or a name. */
export function replayablePath(request: Replayable): string | null {
  const { method, url, hasCookie, hasAuthorization, isUpgrade } = request;
  if (method !== 'GET' || hasCookie || hasAuthorization || isUpgrade) return null;
  return url.length <= longestPath && new RegExp(plainPath).test(url) ? url : null;
}

/** The last different paths, the newest last. */
export function rememberPath(paths: readonly string[], path: string): readonly string[] {
  if (paths.at(-1) === path) return paths;
  return [...paths.filter((known) => known !== path), path].slice(-keptPaths);
}
