import type { FindingDocument, ScanDocument } from '../scan/document.ts';
import type { Annotation } from './annotations.ts';
import { escapeMarkdown, inlineCode, table } from './markdown.ts';

/** A scan as pages tell it; every text of it came from a scanner and may say anything. */
export interface ScanFacts {
  readonly verdict: ScanDocument['verdict'];
  readonly base: string | null;
  readonly findings: readonly FindingDocument[];
  readonly fixed: ScanDocument['fixed'];
}

const mostRows = 100;

/** The part of a final document, when it has one. */
export function scanFacts(scan: unknown): ScanFacts | null {
  if (typeof scan !== 'object' || scan === null) return null;
  const { verdict, base, findings, fixed } = scan as Partial<ScanDocument>;
  if (!Array.isArray(findings) || !Array.isArray(fixed) || (verdict !== 'pass' && verdict !== 'fail')) return null;
  return {
    verdict,
    base: base?.from ?? null,
    findings: findings.filter(isWhole),
    fixed: fixed.filter(({ id }) => typeof id === 'string'),
  };
}

function isWhole(finding: unknown): finding is FindingDocument {
  const { id, component, version, title, fixedIn } = Object(finding) as Partial<FindingDocument>;
  return [id, component, version, title].every((text) => typeof text === 'string') && Array.isArray(fixedIn);
}

/** The whole table for the summary of a run. */
export function scanSection(scan: ScanFacts | null): string {
  if (scan === null) return '';
  const against = scan.base === null ? '' : `Compared with ${escapeMarkdown(scan.base)}.`;
  const rows = scan.findings.slice(0, mostRows);
  const more = scan.findings.length - rows.length;
  return [
    `### Scan: ${scan.findings.length === 0 ? 'nothing found' : counts(scan)}`,
    against,
    rows.length === 0 ? '' : findingTable(rows),
    more > 0 ? `*${more} more are in the document.*` : '',
    scan.fixed.length === 0
      ? ''
      : `Fixed: ${scan.fixed
          .slice(0, mostRows)
          .map(({ id }) => inlineCode(id))
          .join(', ')}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** What a pull request brings, for its comment. */
export function introducedSection(scan: ScanFacts | null): string {
  if (scan === null) return '';
  const introduced = scan.findings.filter(({ since, waiver }) => since === 'introduced' && waiver?.state !== 'holds');
  if (introduced.length === 0) return `Scan: ${scan.findings.length === 0 ? 'nothing found' : counts(scan)}`;
  return `**Introduced vulnerabilities and other findings** (${counts(scan)})\n\n${findingTable(introduced.slice(0, mostRows))}`;
}

function counts({ findings, fixed }: ScanFacts): string {
  const introduced = findings.filter(({ since }) => since === 'introduced').length;
  return `${introduced} introduced, ${findings.length - introduced} disclosed, ${fixed.length} fixed`;
}

function findingTable(findings: readonly FindingDocument[]): string {
  return table(
    ['', 'Severity', 'Finding', 'In', 'Fixed in', 'Since', ''],
    findings.map((one) => [
      one.blocks === null ? '' : '❌',
      escapeMarkdown(one.severity),
      inlineCode(one.id),
      `${inlineCode([one.component, one.version].filter((part) => part !== '').join(' '))}${placeOf(one)}`,
      escapeMarkdown(one.fixedIn.join(', ')),
      escapeMarkdown(one.since),
      escapeMarkdown(remarks(one)),
    ]),
  );
}

const placeOf = ({ file, line }: FindingDocument): string =>
  file === null ? '' : ` ${inlineCode(`${file}:${line ?? 1}`)}`;

function remarks({ isKnownExploited, epss, waiver }: FindingDocument): string {
  return [
    ...(isKnownExploited ? ['known exploited'] : []),
    ...(epss === null ? [] : [`EPSS ${(epss * 100).toFixed(1)} %`]),
    ...(waiver === null
      ? []
      : [`waiver of ${waiver.owner} ${waiver.state === 'expired' ? 'expired on' : 'until'} ${waiver.expires}`]),
  ].join(', ');
}

/** Beside the line that brings it: what refuses as an error, what is introduced and shown as a warning. */
export function scanAnnotations(scan: ScanFacts | null): readonly Annotation[] {
  return (scan?.findings ?? [])
    .filter(({ blocks, since, waiver }) => blocks !== null || (since === 'introduced' && waiver === null))
    .map((one) => ({
      level: one.blocks === null ? 'warning' : 'error',
      title: `${one.id} (${one.severity})`,
      message: `${[one.component, one.version].filter((part) => part !== '').join(' ')}: ${one.title}${one.fixedIn.length === 0 ? '' : ` (fixed in ${one.fixedIn.join(', ')})`}`,
      file: one.file,
      line: one.line,
      column: null,
    }));
}
