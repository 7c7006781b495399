import { EnvironmentError } from '../../errors.ts';
import type { Call } from './request.ts';

/** `https://api.github.com/graphql`; an enterprise server has it beside `/api/v3`. */
export const graphqlUrl = (apiUrl: string): string => `${apiUrl.replace(/\/$/, '').replace(/\/v3$/, '')}/graphql`;

export interface GraphqlError {
  readonly type?: string;
  readonly message: string;
  /** Alias of the field that failed first. */
  readonly path?: readonly (string | number)[];
}

/** One request; fields that failed are null in `data` and named in `errors`. Throws EnvironmentError `FORGE_LIMITED`. */
export async function graphql(
  call: Call,
  url: string,
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<{ readonly data: Readonly<Record<string, unknown>>; readonly errors: readonly GraphqlError[] }> {
  const answer = (await call(`POST ${url}`, { query, variables })).data as {
    readonly data?: Readonly<Record<string, unknown>> | null;
    readonly errors?: readonly GraphqlError[];
  };
  const errors = answer.errors ?? [];
  // A limit is told with status 200 here, for the whole or for some of its fields.
  const limit = errors.find(({ type, message }) => type === 'RATE_LIMITED' || /rate limit|too quickly/i.test(message));
  if (limit !== undefined) {
    throw new EnvironmentError('FORGE_LIMITED', `The forge limits requests: ${limit.message}`, {
      hint: 'Run the same command again later: it goes on where it stopped.',
    });
  }
  return { data: answer.data ?? {}, errors };
}
