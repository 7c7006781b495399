import { harmless } from '../report/harmless.ts';
import type { Judged, ScanVerdict } from './judge.ts';
import { sentence } from './sarif.ts';

const mostRows = 40;

/** The findings for people, one line each in the order of the verdict, then what was fixed. */
export function scanLines({ findings, fixed }: ScanVerdict): readonly string[] {
  const shown = findings.slice(0, mostRows).map(rowOf);
  const more = findings.length - shown.length;
  return [
    ...shown,
    ...(more > 0 ? [`... and ${more} more: --json and --sarif have them all`] : []),
    ...fixed
      .slice(0, mostRows)
      .map((finding) => `fixed since the last release: ${harmless(`${finding.id} ${sentence(finding)}`)}`),
  ];
}

function rowOf(judged: Judged): string {
  const { finding, blocks } = judged;
  const words = [
    blocks === null ? 'shown  ' : 'refuses',
    finding.severity.padEnd(8),
    finding.id,
    sentence(finding).slice(0, 300),
    ...remarksOf(judged).map((remark) => `[${remark}]`),
  ];
  return harmless(words.join('  '));
}

/** What a reader must know beside the finding itself. */
export function remarksOf({ since, waiver, exploitation, blocks }: Judged): readonly string[] {
  return [
    since === 'introduced' ? 'introduced' : 'disclosed',
    ...(exploitation.isKnown ? ['known exploited'] : []),
    ...(exploitation.probability === null ? [] : [`EPSS ${(exploitation.probability * 100).toFixed(1)} %`]),
    ...(blocks === 'overdue' ? ['known for too long'] : []),
    ...(waiver === null ? [] : [waiverText(waiver)]),
  ];
}

function waiverText({ waiver, state }: NonNullable<Judged['waiver']>): string {
  if (state === 'expired') return `waiver of ${waiver.owner} expired on ${waiver.expires}`;
  return `waived by ${waiver.owner} until ${waiver.expires}`;
}
