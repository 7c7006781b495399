import { EnvironmentError, type FairwayError, GateFailed, Inconclusive, Interrupted } from '../../errors.ts';
import type { ScanFailure } from '../../ports.ts';
import { count, formatDuration } from '../report/quantities.ts';
import type { Judged, ScanVerdict } from './judge.ts';
import { sentence } from './sarif.ts';
import { remarksOf } from './table.ts';

/** A scan that did not happen, as the end of a command: never a pass, and never findings. */
export function scanError({ code, reason, hint }: ScanFailure): FairwayError {
  if (code === 'SCAN_INTERRUPTED') return new Interrupted('INTERRUPTED', reason, { hint });
  return new EnvironmentError(code, reason, { hint });
}

export function unreadable(reason: string): EnvironmentError {
  return new EnvironmentError('SCAN_REPORT_UNREADABLE', reason, {
    hint: 'Run the scanner by hand on the same subject, and see that its version is one that Fairway reads.',
  });
}

/** What an old database does not know cannot be found: null while it is young enough. */
export function staleDatabase(madeAt: Date | null, now: Date, maxAgeMs: number): Inconclusive | null {
  if (madeAt === null) return null;
  const ageMs = now.getTime() - madeAt.getTime();
  if (ageMs <= maxAgeMs) return null;
  return new Inconclusive(
    'SCAN_DATABASE_STALE',
    `the vulnerability database is ${formatDuration(ageMs)} old (made ${madeAt.toISOString().slice(0, 10)}, limit ${formatDuration(maxAgeMs)}): what was disclosed since would not be found`,
    { hint: 'Let the scan fetch a newer one (without --offline), or raise scan.database.maxAge.' },
  );
}

const codes = {
  introduced: 'SCAN_FINDINGS',
  'waiver-expired': 'SCAN_WAIVER_EXPIRED',
  overdue: 'SCAN_OVERDUE',
} as const;
const shown = 5;

/** The refusal of a verdict, with what refuses and how to go on; null when it passes. */
export function refusalOf({ findings }: ScanVerdict, failOn: string): GateFailed | null {
  const blocking = findings.filter(({ blocks }) => blocks !== null);
  const [first] = blocking;
  if (first === undefined) return null;
  const kinds = new Set(blocking.map(({ blocks }) => blocks));
  const only = kinds.size === 1 ? first.blocks : 'introduced';
  const lines = blocking
    .slice(0, shown)
    .map(
      (one) =>
        `\n  ${one.finding.severity}  ${one.finding.id}  ${sentence(one.finding)}  [${remarksOf(one).join(', ')}]`,
    );
  const more = blocking.length > shown ? `\n  and ${blocking.length - shown} more` : '';
  return new GateFailed(
    codes[only ?? 'introduced'],
    `${count(blocking.length, 'finding')} at or above ${failOn} ${blocking.length === 1 ? 'refuses' : 'refuse'} the change:${lines.join('')}${more}`,
    { hint: hintOf(first) },
  );
}

function hintOf({ finding, blocks }: Judged): string {
  if (blocks === 'waiver-expired')
    return 'Fix it, or let its owner renew the waiver under scan.waivers on the base branch.';
  const [fix] = finding.fixedIn;
  if (fix !== undefined)
    return `Update ${finding.component} to ${fix}, or waive it under scan.waivers on the base branch.`;
  if (finding.kind === 'secret') return 'Revoke the secret first: it is known now. Then take it out of the code.';
  return 'Remove or replace what has it, or waive it under scan.waivers on the base branch.';
}
