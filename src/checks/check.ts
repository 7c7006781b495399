import type { z } from 'zod';
import type { Clock, Exec, Http, Secrets, Sockets, Sql } from '../ports.ts';

/** What a check is tried against. */
export interface CheckTarget {
  /** `http://127.0.0.1:PORT` of the process with traffic. */
  readonly baseUrl: string;
}

/** `inconclusive` when the check itself could not look, not when what it saw was bad. */
export type Attempt =
  | { readonly kind: 'pass' }
  | { readonly kind: 'fail'; readonly reason: string }
  | {
      readonly kind: 'inconclusive';
      readonly reason: string;
      /** It can only be looked at by the client, which does: here it is reported and decides nothing. */
      readonly isElsewhere?: true;
    };

export interface CheckPorts {
  readonly http: Http;
  readonly clock: Clock;
  readonly sockets?: Sockets | undefined;
  /** Only the client has the checkout, secrets and databases. */
  readonly exec?: Exec | undefined;
  readonly secrets?: Secrets | undefined;
  readonly sql?: Sql | undefined;
}

/** What a check says that needs what only the client has. */
export function elsewhere(what: string): Attempt {
  return { kind: 'inconclusive', reason: `${what}: the client looks at it`, isElsewhere: true };
}

/** What a check says that needs a port which nobody gave. */
export function without(port: string): Attempt {
  return { kind: 'inconclusive', reason: `there are no ${port} here` };
}

/** A plug-in: one file here and one line in `index.ts`. */
export interface Check<Schema extends z.ZodObject = z.ZodObject> {
  readonly type: string;
  readonly schema: Schema;
  /** A name for the report when the user gave none: `GET /health`. */
  describe(spec: z.output<Schema>): string;
  /** Look once; retries and the deadline are the smoke stage's. */
  attempt(spec: z.output<Schema>, target: CheckTarget, ports: CheckPorts): Promise<Attempt>;
}
