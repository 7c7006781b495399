import type { z } from 'zod';
import type { Clock, Http } from '../ports.ts';

/** What a check is tried against. */
export interface CheckTarget {
  /** `http://127.0.0.1:PORT` of the process with traffic. */
  readonly baseUrl: string;
}

/** `inconclusive` when the check itself could not look, not when what it saw was bad. */
export type Attempt =
  | { readonly kind: 'pass' }
  | { readonly kind: 'fail'; readonly reason: string }
  | { readonly kind: 'inconclusive'; readonly reason: string };

export interface CheckPorts {
  readonly http: Http;
  readonly clock: Clock;
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
