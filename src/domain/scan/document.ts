import { type Finding, fingerprintOf, type Suppressed } from './finding.ts';
import type { ScanVerdict } from './judge.ts';
import type { Placed } from './sarif.ts';
import type { Waiver } from './waiver.ts';

/** What a scan compared with, and where that came from. */
export interface BaseDocument {
  /** Null: there was nothing to compare with, so all findings count as introduced. */
  readonly from: string | null;
  readonly why: string;
}

/** The `scan` part of a final document; its form is kept. */
export interface ScanDocument {
  readonly verdict: 'pass' | 'fail';
  readonly subject: string;
  readonly scanner: string;
  readonly databaseMadeAt: string | null;
  readonly base: BaseDocument;
  /** How many were looked up; null when the scanner does not say. */
  readonly packages: number | null;
  readonly findings: readonly FindingDocument[];
  readonly fixed: readonly Pick<FindingDocument, 'id' | 'severity' | 'component' | 'version'>[];
  /** What VEX files took out, with their words. */
  readonly notAffected: readonly {
    readonly id: string;
    readonly component: string;
    readonly statement: string;
    readonly source: string;
  }[];
  readonly idleWaivers: readonly Waiver[];
}

export interface FindingDocument {
  readonly id: string;
  readonly kind: Finding['kind'];
  readonly severity: Finding['severity'];
  readonly component: string;
  readonly version: string;
  readonly fixedIn: readonly string[];
  readonly title: string;
  readonly since: 'introduced' | 'disclosed';
  readonly blocks: string | null;
  readonly waiver: {
    readonly owner: string;
    readonly reason: string;
    readonly expires: string;
    readonly state: string;
  } | null;
  readonly isKnownExploited: boolean;
  readonly epss: number | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly fingerprint: string;
}

export interface ScanFacts {
  readonly subject: string;
  readonly scanner: string;
  readonly databaseMadeAt: Date | null;
  readonly base: BaseDocument;
  readonly packages: number | null;
  readonly placed: readonly Placed[];
  readonly suppressed: readonly Suppressed[];
  readonly idleWaivers: readonly Waiver[];
}

export function scanDocument({ kind, fixed }: ScanVerdict, facts: ScanFacts): ScanDocument {
  const { subject, scanner, base, databaseMadeAt, packages, placed, suppressed, idleWaivers } = facts;
  return {
    verdict: kind,
    subject,
    scanner,
    databaseMadeAt: databaseMadeAt?.toISOString() ?? null,
    base,
    packages,
    findings: placed.map(findingDocument),
    fixed: fixed.map(({ id, severity, component, version }) => ({ id, severity, component, version })),
    notAffected: suppressed.map(({ finding, statement, source }) => ({
      id: finding.id,
      component: finding.component,
      statement,
      source,
    })),
    idleWaivers,
  };
}

function findingDocument({ judged, place }: Placed): FindingDocument {
  const { finding, since, blocks, waiver, exploitation } = judged;
  const { id, kind, severity, component, version, fixedIn, title } = finding;
  return {
    id,
    kind,
    severity,
    component,
    version,
    fixedIn,
    title,
    since,
    blocks,
    waiver:
      waiver === null
        ? null
        : {
            owner: waiver.waiver.owner,
            reason: waiver.waiver.reason,
            expires: waiver.waiver.expires,
            state: waiver.state,
          },
    isKnownExploited: exploitation.isKnown,
    epss: exploitation.probability,
    file: place?.path ?? null,
    line: place?.line ?? null,
    fingerprint: fingerprintOf(finding),
  };
}
