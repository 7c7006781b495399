import type { SqlFailure } from '../../ports.ts';

/** The server refused a statement; `failure` says it in its words. */
export class SqlError extends Error {
  readonly failure: SqlFailure;

  constructor(failure: SqlFailure, options?: ErrorOptions) {
    super(failure.message, options);
    this.name = 'SqlError';
    this.failure = failure;
  }
}
