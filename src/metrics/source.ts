import type { z } from 'zod';
import type { Reading } from '../domain/analysis/metrics.ts';
import type { Exec, Http } from '../ports.ts';

/** Of which release a number is asked. */
export interface MetricSubject {
  readonly app: string;
  readonly environment: string;
  readonly releaseId: string;
  readonly version: string;
}

export interface MetricPorts {
  readonly http: Http;
  readonly exec: Exec;
}

/** A plug-in: one file here and one line in each of the two lists of `index.ts`. */
export interface MetricSource<Schema extends z.ZodObject = z.ZodObject> {
  readonly type: string;
  readonly schema: Schema;
  /**
   * Ask once. Whatever is no number of this release (no answer, a late one, not JSON, of another release) is a reading
   * without a value and its reason; never throws.
   */
  read(spec: z.output<Schema>, subject: MetricSubject, ports: MetricPorts): Promise<Reading>;
}
