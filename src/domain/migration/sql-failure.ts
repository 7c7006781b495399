import type { SqlFailure } from '../../ports.ts';

/** The server's words in an error, or null when it is none of the server's. */
export function sqlFailureOf(error: unknown): SqlFailure | null {
  if (typeof error !== 'object' || error === null || !('failure' in error)) return null;
  const { failure } = error;
  if (typeof failure !== 'object' || failure === null || !('kind' in failure)) return null;
  return failure.kind === 'sql-failure' ? (failure as SqlFailure) : null;
}
