import type { Exploitation, ExploitationOf } from './exploitation.ts';
import { type Finding, fingerprintOf, identityOf, severities, type Severity } from './finding.ts';
import { daysBetween, type Waived, type Waiver, waiverFor } from './waiver.ts';

export type { Waiver } from './waiver.ts';

export interface Judged {
  readonly finding: Finding;
  /** `introduced` by this change; `disclosed`: the last release has it too. */
  readonly since: 'introduced' | 'disclosed';
  readonly waiver: Waived | null;
  readonly exploitation: Exploitation;
  /** Why it refuses the change; null when it does not. */
  readonly blocks: 'introduced' | 'waiver-expired' | 'overdue' | null;
}

export interface ScanVerdict {
  readonly kind: 'pass' | 'fail';
  /** Blocking ones first, then known exploited, then likely, then severe ones, then those that have a fix. */
  readonly findings: readonly Judged[];
  /** What the last release has and this one has not. */
  readonly fixed: readonly Finding[];
}

export interface ScanRules {
  readonly failOn: Severity;
  readonly waivers: readonly Waiver[];
  /** A day: `2026-02-03`; a waiver holds on its last day. */
  readonly today: string;
  /** What the last release has too refuses the change after so many days; null: never. */
  readonly disclosedAfterDays?: number | null;
  /** The day on which a finding was first seen here, by its fingerprint. */
  readonly firstSeen?: ReadonlyMap<string, string>;
  readonly exploitation?: ExploitationOf;
}

/**
 * Judge what a scan found against the last release, scanned with the same database of today.
 *
 * What this change brings refuses it, from `failOn` upward; `base` null (no release yet) makes everything its own.
 */
export function judgeScan(found: readonly Finding[], base: readonly Finding[] | null, rules: ScanRules): ScanVerdict {
  const before = new Set((base ?? []).map(identityOf));
  const now = new Set(found.map(identityOf));
  const limit = severities.indexOf(rules.failOn);
  const judged = unique(found).map((finding): Judged => {
    const since = before.has(identityOf(finding)) ? 'disclosed' : 'introduced';
    const waiver = waiverFor(finding, rules.waivers, rules.today);
    const isWaived = waiver !== null && waiver.state !== 'expired';
    const isBad = severities.indexOf(finding.severity) <= limit;
    // Who waived it has released it since: what is left of a waiver that ended is a finding, whoever brought it.
    const isDue = since === 'introduced' || waiver !== null || isOverdue(finding, rules);
    const blocks = !isBad || isWaived || !isDue ? null : waiver !== null ? 'waiver-expired' : reasonOf(since);
    const exploitation = rules.exploitation?.([finding.id, ...finding.aliases]) ?? unknown;
    return { finding, since, waiver, exploitation, blocks };
  });
  return {
    kind: judged.some(({ blocks }) => blocks !== null) ? 'fail' : 'pass',
    findings: judged.toSorted(byWeight),
    fixed: unique(base ?? []).filter((finding) => !now.has(identityOf(finding))),
  };
}

const unknown: Exploitation = { isKnown: false, probability: null };

const reasonOf = (since: Judged['since']): Judged['blocks'] => (since === 'introduced' ? 'introduced' : 'overdue');

/** Known for longer than it may be; from the day on which it was published, or first seen here. */
function isOverdue(finding: Finding, { disclosedAfterDays, firstSeen, today }: ScanRules): boolean {
  if (disclosedAfterDays === undefined || disclosedAfterDays === null) return false;
  const known = [finding.published, firstSeen?.get(fingerprintOf(finding))].filter((day) => day != null).toSorted()[0];
  return known !== undefined && daysBetween(known, today) >= disclosedAfterDays;
}

function unique(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((finding) => [identityOf(finding), finding])).values()];
}

function byWeight(a: Judged, b: Judged): number {
  return (
    Number(b.blocks !== null) - Number(a.blocks !== null) ||
    Number(b.exploitation.isKnown) - Number(a.exploitation.isKnown) ||
    (b.exploitation.probability ?? 0) - (a.exploitation.probability ?? 0) ||
    severities.indexOf(a.finding.severity) - severities.indexOf(b.finding.severity) ||
    Number(b.finding.fixedIn.length > 0) - Number(a.finding.fixedIn.length > 0) ||
    (identityOf(a.finding) < identityOf(b.finding) ? -1 : 1)
  );
}
