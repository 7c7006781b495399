import type { Action, ActionType, Cause } from '../domain/rollout/state.ts';
import { durationText } from '../domain/analysis/words.ts';
import type { SmokeReport } from '../domain/smoke/check.ts';
import { FairwayError } from '../errors.ts';

/** A failed effect as the reason to turn back. Before the release is there it is the surroundings' fault. */
export function causeOf(error: unknown, action: Action): Cause {
  const kind = action.type === 'prepare' ? 'environment' : 'failed';
  const fallback = `${action.type.toUpperCase().replaceAll('-', '_')}_FAILED`;
  if (!(error instanceof FairwayError)) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind, code: fallback, reason: `${action.type}: ${message}` };
  }
  const { code, message, hint } = error;
  return { kind, code, reason: message, ...(hint === undefined ? {} : { hint }) };
}

/** What a smoke that did not pass means; null when it passed. */
export function smokeCause(report: SmokeReport, whose: string): Cause | null {
  if (report.verdict === 'pass') return null;
  const bad = report.checks.filter((check) => check.kind !== 'pass' && check.kind === report.verdict);
  const said = bad.map((check) => `${check.name}${'reason' in check ? `: ${check.reason}` : ''}`).join('; ');
  const isFail = report.verdict === 'fail';
  return {
    kind: isFail ? 'failed' : 'inconclusive',
    code: isFail ? 'SMOKE_FAILED' : 'SMOKE_INCONCLUSIVE',
    reason: `${whose} ${isFail ? 'failed its smoke' : 'could not be smoked'} (${said})`,
  };
}

export function exitCause(
  process: string,
  version: string,
  lastLines: readonly string[],
  during: ActionType,
  known: string | null = null,
): Cause {
  const said = lastLines.length === 0 ? 'It wrote nothing.' : `Its last lines:\n${lastLines.join('\n')}`;
  return {
    kind: 'failed',
    code: 'RELEASE_EXITED',
    reason: `"${process}" of ${version} exited during "${during}"${known === null ? '' : `: ${known}`}`,
    hint: said,
  };
}

export const aborted: Cause = { kind: 'asked', code: 'ABORTED', reason: 'the rollout was aborted' };

export const agentStopped: Cause = { kind: 'lost', code: 'AGENT_STOPPED', reason: 'the agent was told to end' };

export function clientLost(leaseMs: number): Cause {
  return { kind: 'lost', code: 'CLIENT_LOST', reason: `nobody followed for the lease of ${leaseMs / 1_000} s` };
}

export function pausedTooLong(ms: number): Cause {
  const reason = `nobody promoted the paused rollout for ${ms / 3_600_000} h`;
  return { kind: 'inconclusive', code: 'PAUSED_TOO_LONG', reason };
}

export function unattendedTooLong(ms: number): Cause {
  const reason = `the rollout was not over ${durationText(ms)} after it was left alone`;
  return { kind: 'inconclusive', code: 'UNATTENDED_TOO_LONG', reason };
}

export function agentLost(starts: number): Cause {
  const reason = `the agent began for the ${starts}. time without getting any further`;
  return { kind: 'lost', code: 'AGENT_RESTARTED', reason };
}
