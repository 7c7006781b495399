import { sha256 } from '../artifact/sha256.ts';

/** How bad, as the scanner says; in the order in which a table shows them. */
export const severities = ['critical', 'high', 'medium', 'low', 'unknown'] as const;
export type Severity = (typeof severities)[number];

/** One thing that a scanner found, in words that every scanner shares. */
export interface Finding {
  readonly kind: 'vulnerability' | 'secret' | 'misconfiguration' | 'licence';
  /** `CVE-2026-1234`, or the name of a rule. */
  readonly id: string;
  /** Other names of the same vulnerability. */
  readonly aliases: readonly string[];
  readonly severity: Severity;
  /** What it is in: a package, or the file for what is no vulnerability. */
  readonly component: string;
  /** Package URL without the version; empty when there is none. */
  readonly purl: string;
  readonly version: string;
  /** Versions without it; empty when there is none yet. */
  readonly fixedIn: readonly string[];
  /** The file or image that was looked at, as the scanner names it. */
  readonly target: string;
  /** In that file; null when the scanner names none. */
  readonly line: number | null;
  /** The day on which it became known: `2026-02-03`; null when the scanner does not say. */
  readonly published: string | null;
  readonly title: string;
}

/** A vulnerability that somebody has declared not to affect us. */
export interface Suppressed {
  readonly finding: Finding;
  /** In their words: `not_affected: vulnerable_code_not_in_execute_path`. */
  readonly statement: string;
  /** The file that says so. */
  readonly source: string;
}

/**
 * What makes two findings the same, whatever was scanned: an image, its archive, its SBOM or a later version of it.
 *
 * Not the scanner's own fingerprint, which differs between these. The least of its names stands for a vulnerability,
 * so that scanners which prefer different ones agree.
 */
export function identityOf({ kind, id, aliases, purl, component, target }: Finding): string {
  if (kind !== 'vulnerability') return [kind, id, component, target].join(' ');
  const [name = id] = [id, ...aliases].toSorted(byPreference);
  return [kind, name, purl === '' ? component : purl].join(' ');
}

/** The identity as SHA-256, hexadecimal: for whoever keeps findings apart by a short name. */
export const fingerprintOf = (finding: Finding): string => sha256(new TextEncoder().encode(identityOf(finding)));

/** CVE names first: every scanner knows them. */
function byPreference(a: string, b: string): number {
  const rank = (name: string): number => (name.startsWith('CVE-') ? 0 : 1);
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** `pkg:npm/%40scope/name@1.0.0?arch=x#y` -> `pkg:npm/%40scope/name`. */
export function withoutVersion(purl: string): string {
  return purl.replace(/[?#].*$/, '').replace(/@[^@/]*$/, '');
}

/** The first ten characters of a time, when they are a day. */
export function dayOf(value: unknown): string | null {
  const day = typeof value === 'string' ? value.slice(0, 10) : '';
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? day : null;
}

export function severityOf(value: unknown): Severity {
  const name = typeof value === 'string' ? value.toLowerCase() : '';
  return severities.find((severity) => severity === name) ?? 'unknown';
}
