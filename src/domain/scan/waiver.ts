import type { Finding } from './finding.ts';

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

export interface Waived {
  readonly waiver: Waiver;
  readonly state: 'holds' | 'ends-soon' | 'expired';
  /** Negative once it has expired. */
  readonly daysLeft: number;
}

/** Days before the end of a waiver from which it is spoken of. */
const noticeDays = 14;

/** The waiver of a finding that holds longest; null without one. */
export function waiverFor(finding: Finding, waivers: readonly Waiver[], today: string): Waived | null {
  const [waiver] = waivers.filter((one) => isFor(one, finding)).toSorted((a, b) => (a.expires < b.expires ? 1 : -1));
  if (waiver === undefined) return null;
  const daysLeft = daysBetween(today, waiver.expires);
  // A date that cannot be read waives nothing.
  if (!(daysLeft >= 0)) return { waiver, state: 'expired', daysLeft: Number.isNaN(daysLeft) ? -1 : daysLeft };
  return { waiver, state: daysLeft <= noticeDays ? 'ends-soon' : 'holds', daysLeft };
}

/** Waivers that waive nothing of what was found: they can go. */
export function idleWaivers(waivers: readonly Waiver[], found: readonly Finding[]): readonly Waiver[] {
  return waivers.filter((waiver) => !found.some((finding) => isFor(waiver, finding)));
}

function isFor({ id, component }: Waiver, finding: Finding): boolean {
  const isNamed = id === finding.id || finding.aliases.includes(id);
  return isNamed && (component === null || component === finding.purl || component === finding.component);
}

/** Whole days from one day to another; NaN when one of them is no day. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000;
}
