import {
  ConfigError,
  EnvironmentError,
  FairwayError,
  GateFailed,
  Inconclusive,
  InternalError,
  Interrupted,
  LockHeld,
  RollbackFailed,
  RolledBack,
} from '../../errors.ts';
import type { ErrorDetail, Family } from '../../errors.ts';
import type { WireError } from '../../ports.ts';

const families: Readonly<Record<Family, new (code: string, message: string, detail: ErrorDetail) => FairwayError>> = {
  internal: InternalError,
  config: ConfigError,
  gate: GateFailed,
  'rolled-back': RolledBack,
  'rollback-failed': RollbackFailed,
  environment: EnvironmentError,
  locked: LockHeld,
  inconclusive: Inconclusive,
  interrupted: Interrupted,
};

/** An error as it crosses the socket; what is not one of ours is our bug and says so. */
export function toWire(error: unknown): WireError {
  if (error instanceof FairwayError) {
    const { family, code, message, hint, facts } = error;
    return { family, code, message, facts, ...(hint === undefined ? {} : { hint }) };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { family: 'internal', code: 'AGENT_BUG', message: `the agent failed: ${message}` };
}

/** The same error on the other side of the socket. */
export function fromWire(wire: WireError): FairwayError {
  const family = Object.hasOwn(families, wire.family) ? families[wire.family as Family] : InternalError;
  return new family(wire.code, wire.message, {
    ...(wire.hint === undefined ? {} : { hint: wire.hint }),
    ...(wire.facts === undefined ? {} : { facts: wire.facts }),
  });
}
