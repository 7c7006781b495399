import type { ScanReport } from '../../ports.ts';
import { readGrype } from './read-grype.ts';
import { readTrivy, type ScanRead } from './read-trivy.ts';

/** Read what a scanner wrote into the words that all share. */
export function readReport({ format, text }: Pick<ScanReport, 'format' | 'text'>): ScanRead {
  return format === 'trivy' ? readTrivy(text) : readGrype(text);
}

/** Which scanner wrote a report that somebody hands us: each names itself at its top. */
export function formatOf(text: string): ScanReport['format'] {
  return /^\s*\{/.test(text) && /"descriptor"\s*:/.test(text) && /"matches"\s*:/.test(text) ? 'grype' : 'trivy';
}

/** When the database behind a report of grype was made; Trivy's reports do not say. */
export function madeAtOf(text: string): Date | null {
  const [, built] = /"built"\s*:\s*"(\d{4}-\d{2}-\d{2}T[0-9:.]+Z)"/.exec(text) ?? [];
  const date = built === undefined ? null : new Date(built);
  return date === null || Number.isNaN(date.getTime()) ? null : date;
}
