import { harmless } from '../../domain/report/harmless.ts';
import type { CommandResult, ScanFailure } from '../../ports.ts';

/** How a run of a scanner ended that left no report: never taken from its exit code, which is 1 for nearly all. */
export function failureOf(result: CommandResult, timeoutMs: number): ScanFailure {
  const cut = cutShort(result, timeoutMs);
  if (cut !== null) return cut;
  const words = lastWords(result);
  const [code, hint] = kinds.find(([pattern]) => pattern.test(`${result.stderr}\n${result.stdout}`))?.[1] ?? [
    'SCANNER_FAILED',
    'Run the scanner by hand on the same subject; its message is above.',
  ];
  return failed(code, `the scanner left no report: ${words}`, hint);
}

/** A run that did not come to its own end; null when it did, whatever it left. */
export function cutShort({ ended, signal, durationMs }: CommandResult, timeoutMs: number): ScanFailure | null {
  const after = `after ${(durationMs / 1_000).toFixed(1)} s`;
  if (ended === 'aborted')
    return failed('SCAN_INTERRUPTED', `the scan was interrupted ${after}`, 'Run the command again.');
  if (ended === 'timed-out') {
    return failed(
      'SCAN_TIMEOUT',
      `the scanner did not end within ${(timeoutMs / 1_000).toFixed(1)} s and was ended`,
      'Give it more time under scan.timeout, or find out what it waits for.',
    );
  }
  if (signal !== null) {
    return failed(
      'SCANNER_KILLED',
      `the scanner was ended by ${signal} ${after}${signal === 'SIGKILL' ? ' (often because memory ran out)' : ''}`,
      'Give the machine more memory, or run the command again.',
    );
  }
  return null;
}

export function failed(code: ScanFailure['code'], reason: string, hint: string): ScanFailure {
  return { kind: 'failed', code, reason, hint };
}

/** Told by its own words, because it has one exit code for all. */
const kinds: readonly (readonly [RegExp, readonly [ScanFailure['code'], string]])[] = [
  [
    /toomanyrequests|too many requests|\b429\b/i,
    ['SCAN_DATABASE_LIMITED', 'Wait, or name a mirror under scan.database.mirrors.'],
  ],
  [
    /context deadline exceeded|provide a higher timeout/i,
    ['SCAN_TIMEOUT', 'Give it more time under scan.timeout, or find out what it waits for.'],
  ],
  [
    /(?:invalid database|file size too small|checksum error|version mismatch|trivy\.db|vulnerability DB.*(?:open|corrupt)|failed to open db|etcd\.io\/bbolt)/i,
    ['SCAN_DATABASE_BROKEN', 'Remove the database folder: the next scan fetches it again.'],
  ],
  [
    /unable to find the specified image|no such file or directory|No such image|MANIFEST_UNKNOWN|unable to open/i,
    ['SCAN_SUBJECT_MISSING', 'See that what is to be scanned is there, and that this machine may read it.'],
  ],
];

/** Its last line that tells an error, without the time in front. */
function lastWords({ stderr, stdout }: CommandResult): string {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  const line = lines.findLast((one) => /\b(?:FATAL|ERROR|error)\b/.test(one)) ?? lines.at(-1) ?? 'it said nothing';
  return harmless(line.replace(/^\S+\s+(?:FATAL|ERROR|WARN|INFO)\s+/, '')).slice(0, 600);
}
