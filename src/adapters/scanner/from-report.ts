import { formatOf, madeAtOf } from '../../domain/scan/read.ts';
import type { Files, Scanner } from '../../ports.ts';
import { failed } from './scan-ends.ts';

const longestReportBytes = 64 * 1024 * 1024;

/**
 * Somebody else's scan, of which only the report is here: it stands for the first subject, whatever that is. What it
 * is compared with is scanned by `scanner`.
 */
export function reportScanner(path: string, scanner: Scanner, files: Pick<Files, 'stat' | 'readText'>): Scanner {
  let isRead = false;
  return {
    ...scanner,
    async scan(subject, options) {
      if (isRead) return await scanner.scan(subject, options);
      isRead = true;
      const stat = await files.stat(path);
      if (stat === null) return failed('SCAN_SUBJECT_MISSING', `there is no ${path}`, 'Name the report of a scanner.');
      if (stat.size > longestReportBytes) {
        return failed(
          'SCAN_REPORT_TOO_LARGE',
          `${path} has ${stat.size.toLocaleString('en-US')} bytes`,
          'Scan less at once.',
        );
      }
      const text = await files.readText(path);
      return { kind: 'report', format: formatOf(text), text, databaseMadeAt: madeAtOf(text), remarks: [] };
    },
  };
}
