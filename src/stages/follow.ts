import type { RolloutEnd, RolloutRecord, Scope } from '../domain/rollout/messages.ts';
import {
  EnvironmentError,
  type FairwayError,
  GateFailed,
  Inconclusive,
  InternalError,
  Interrupted,
  RollbackFailed,
  RolledBack,
} from '../errors.ts';
import type { AgentConnection, Reporter } from '../ports.ts';

/**
 * Follow a rollout to its end and report each of its records.
 *
 * When `signal` aborts, the agent is asked once to return to stable, and its end is still awaited.
 */
export async function followRollout(
  scope: Scope,
  rolloutId: string,
  ports: { readonly agent: AgentConnection; readonly reporter: Reporter },
  signal: AbortSignal,
): Promise<RolloutEnd> {
  const { agent, reporter } = ports;
  const abort = (): void => {
    reporter.report({
      type: 'warning',
      text: 'stopping: traffic returns to the stable release first (again: leave at once)',
    });
    agent.request({ type: 'abort', ...scope }).catch((error: unknown) => {
      reporter.report({ type: 'warning', text: `the agent did not take the abort: ${String(error)}` });
    });
  };
  const onRecord = (record: RolloutRecord): void => reporter.report({ type: 'rollout', record, text: record.text });
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await agent.follow(scope, rolloutId, onRecord);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** The error that a rollout's end stands for, or null when it is a success. */
export function errorOf(end: RolloutEnd, interrupted: boolean): FairwayError | null {
  const detail = {
    ...(end.hint === undefined ? {} : { hint: end.hint }),
    ...(end.facts === undefined ? {} : { facts: end.facts }),
  };
  switch (end.outcome) {
    case 'ok':
    case 'planned':
    case 'running':
      return null;
    case 'rolled-back':
      return interrupted
        ? new Interrupted('INTERRUPTED', end.message, detail)
        : new RolledBack(end.code, end.message, detail);
    case 'rollback-failed':
      return new RollbackFailed(end.code, end.message, detail);
    case 'inconclusive':
      return new Inconclusive(end.code, end.message, detail);
    case 'interrupted':
      return new Interrupted(end.code, end.message, detail);
    case 'refused':
      return new GateFailed(end.code, end.message, detail);
    case 'error':
    case 'locked':
      return new EnvironmentError(end.code, end.message, detail);
    default:
      return new InternalError('UNKNOWN_OUTCOME', `the agent ended the rollout with "${String(end.outcome)}"`);
  }
}
