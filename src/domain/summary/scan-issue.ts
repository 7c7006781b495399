import type { RunFacts } from './facts.ts';
import { fit, limits } from './fit.ts';
import { escapeMarkdown } from './markdown.ts';
import { scanSection } from './scan.ts';

export interface ScanIssue {
  readonly title: string;
  readonly body: string;
  /** Something is found that nobody answers for; else the issue is done. */
  readonly isOpen: boolean;
}

/** The one issue about what a scan of a released version found; null when the scan did not happen. */
export function scanIssue(
  { scan, document }: Pick<RunFacts, 'scan' | 'document'>,
  where: { readonly marker: string; readonly runUrl: string | null },
): ScanIssue | null {
  if (scan === null) return null;
  const open = scan.findings.filter(({ waiver }) => waiver === null || waiver.state === 'expired');
  const worst = open[0]?.severity ?? 'none';
  const run = where.runUrl === null ? '' : ` ([log](${where.runUrl}))`;
  const sections = [
    { full: where.marker, rank: 0 },
    {
      full:
        open.length === 0
          ? `The released version has no open finding any more${run}.`
          : `The released version was scanned with the database of today${run}: ${escapeMarkdown(document.code)}. This issue is kept up to date, and closed by a scan that finds nothing.`,
      rank: 0,
    },
    {
      full: scanSection(scan),
      short: '*The table is too long for an issue: it is in the summary of the run.*',
      rank: 1,
    },
    {
      full:
        open.length === 0
          ? ''
          : 'What can be done: update and release; or waive a finding under `scan.waivers`, with owner, reason and expiry.',
      rank: 2,
    },
  ];
  const body = fit(sections, limits.commentCharacters, (text) => text.length, '*Shortened.*');
  const count = `${open.length} finding${open.length === 1 ? '' : 's'}`;
  return { title: `Scan of the released version: ${count}, worst ${worst}`, body, isOpen: open.length > 0 };
}
