import type { SqlFailure } from '../../ports.ts';

/** What the server refused, or null when the error is something else (a lost connection, a bug). */
export function failureOf(error: unknown): SqlFailure | null {
  if (typeof error !== 'object' || error === null || !('failure' in error)) return null;
  const failure = error.failure;
  return typeof failure === 'object' && failure !== null && 'sqlState' in failure ? (failure as SqlFailure) : null;
}
