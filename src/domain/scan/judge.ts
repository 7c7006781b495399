import { type Finding, identityOf, severities, type Severity } from './finding.ts';

/** A finding that somebody answers for until a day. */
export interface Waiver {
  readonly id: string;
  /** Package URL without version, or the name of the component; null for wherever it is. */
  readonly component: string | null;
  readonly owner: string;
  readonly reason: string;
  /** Last day on which it holds: `2026-12-31`. */
  readonly expires: string;
}

export interface Judged {
  readonly finding: Finding;
  /** `introduced` by this change; `disclosed` since the last release, which has it too. */
  readonly since: 'introduced' | 'disclosed';
  readonly waiver: { readonly waiver: Waiver; readonly state: 'holds' | 'ends-soon' | 'expired' } | null;
  /** It refuses the change. */
  readonly isBlocking: boolean;
}

export interface ScanVerdict {
  readonly kind: 'pass' | 'fail';
  /** Blocking ones first, then the worst, then those that have a fix. */
  readonly findings: readonly Judged[];
  /** What the last release has and this one has not. */
  readonly fixed: readonly Finding[];
}

/** Days before the end of a waiver from which it is spoken of. */
const noticeDays = 14;
const dayMs = 86_400_000;

/**
 * Judge what a scan found against the last release, scanned with the same database of today.
 *
 * Only what this change brings refuses it, from `failOn` upward; `base` null (no release yet) makes everything its
 * own. `today` is a day (`2026-02-03`); a waiver holds on its last day.
 */
export function judgeScan(
  found: readonly Finding[],
  base: readonly Finding[] | null,
  rules: { readonly failOn: Severity; readonly waivers: readonly Waiver[]; readonly today: string },
): ScanVerdict {
  const before = new Set((base ?? []).map(identityOf));
  const now = new Set(found.map(identityOf));
  const limit = severities.indexOf(rules.failOn);
  const judged = unique(found).map((finding): Judged => {
    const since = before.has(identityOf(finding)) ? 'disclosed' : 'introduced';
    const waiver = waiverFor(finding, rules.waivers, rules.today);
    const isWaived = waiver !== null && waiver.state !== 'expired';
    const isBad = severities.indexOf(finding.severity) <= limit;
    return { finding, since, waiver, isBlocking: since === 'introduced' && isBad && !isWaived };
  });
  return {
    kind: judged.some(({ isBlocking }) => isBlocking) ? 'fail' : 'pass',
    findings: judged.toSorted(byWeight),
    fixed: unique(base ?? []).filter((finding) => !now.has(identityOf(finding))),
  };
}

/** The one that holds longest. */
function waiverFor(finding: Finding, waivers: readonly Waiver[], today: string): Judged['waiver'] {
  const [waiver] = waivers
    .filter(({ id }) => id === finding.id || finding.aliases.includes(id))
    .filter(({ component }) => component === null || component === finding.purl || component === finding.component)
    .toSorted((a, b) => (a.expires < b.expires ? 1 : -1));
  if (waiver === undefined) return null;
  const leftDays = (Date.parse(waiver.expires) - Date.parse(today)) / dayMs;
  // A date that cannot be read waives nothing.
  if (!(leftDays >= 0)) return { waiver, state: 'expired' };
  return { waiver, state: leftDays <= noticeDays ? 'ends-soon' : 'holds' };
}

function unique(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((finding) => [identityOf(finding), finding])).values()];
}

function byWeight(a: Judged, b: Judged): number {
  return (
    Number(b.isBlocking) - Number(a.isBlocking) ||
    severities.indexOf(a.finding.severity) - severities.indexOf(b.finding.severity) ||
    Number(b.finding.fixedIn.length > 0) - Number(a.finding.fixedIn.length > 0) ||
    (identityOf(a.finding) < identityOf(b.finding) ? -1 : 1)
  );
}
