/** The error families, one per exit code. Everything that ends a command is one of these. */

export type Family =
  | 'internal'
  | 'config'
  | 'gate'
  | 'rolled-back'
  | 'rollback-failed'
  | 'environment'
  | 'locked'
  | 'inconclusive'
  | 'interrupted';

export const exitCodes: Readonly<Record<Family, number>> = {
  internal: 1,
  config: 2,
  gate: 3,
  'rolled-back': 4,
  'rollback-failed': 5,
  environment: 6,
  locked: 7,
  inconclusive: 8,
  interrupted: 130,
};

/** The outcome that the final document gives to each family. */
export const outcomes = {
  internal: 'error',
  config: 'error',
  gate: 'refused',
  'rolled-back': 'rolled-back',
  'rollback-failed': 'rollback-failed',
  environment: 'error',
  locked: 'locked',
  inconclusive: 'inconclusive',
  interrupted: 'interrupted',
} as const satisfies Readonly<Record<Family, string>>;

export interface ErrorDetail {
  /** What to do next, one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Machine-readable facts for the final JSON; never a secret. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/**
 * An end of a command that Fairway foresaw.
 *
 * `code` is stable (`CANARY_ERROR_RATE`); the message carries the numbers; `hint` is the next step.
 */
export abstract class FairwayError extends Error {
  abstract readonly family: Family;
  readonly code: string;
  readonly hint: string | undefined;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = detail.hint;
    this.facts = detail.facts ?? {};
  }

  get exitCode(): number {
    return exitCodes[this.family];
  }
}

/** Our bug. */
export class InternalError extends FairwayError {
  readonly family = 'internal';
}

/** One thing wrong with the configuration or the command line. */
export interface Problem {
  /** Dotted path in the configuration (`deploy.steps[1].weight`), a flag (`--env`), or a file. */
  readonly path: string;
  readonly message: string;
  /** The file that it is in, as the user named it. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** What stands there, when it may be shown. */
  readonly value?: unknown;
  /** What could stand there instead. */
  readonly choices?: readonly string[];
  /** The choice that is spelled most like it. */
  readonly nearest?: string;
}

/** The configuration or the command line is wrong: all problems at once. */
export class ConfigError extends FairwayError {
  readonly family = 'config';
  readonly problems: readonly Problem[];

  constructor(code: string, message: string, detail: ErrorDetail & { readonly problems?: readonly Problem[] } = {}) {
    super(code, message, detail);
    this.problems = detail.problems ?? [];
  }
}

/** Fairway worked and refused the change before the target was touched. */
export class GateFailed extends FairwayError {
  readonly family = 'gate';
}

/** Failed after the target was touched; the old release serves and passes its smoke. */
export class RolledBack extends FairwayError {
  readonly family = 'rolled-back';
}

/** A human is needed now; the message says exactly what stands where. */
export class RollbackFailed extends FairwayError {
  readonly family = 'rollback-failed';
}

/** A tool, registry, cluster or database did not answer before the target was touched. */
export class EnvironmentError extends FairwayError {
  readonly family = 'environment';
}

/** Another run holds the lock. */
export class LockHeld extends FairwayError {
  readonly family = 'locked';
}

/** Not enough evidence; traffic is where the message says. */
export class Inconclusive extends FairwayError {
  readonly family = 'inconclusive';
}

/** A signal ended the command. */
export class Interrupted extends FairwayError {
  readonly family = 'interrupted';
}
